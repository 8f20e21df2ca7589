-- name: CreateOrganization :exec
INSERT INTO organizations (id, name, slug, status, billing_plan, time_zone, locale, currency, brand_color, created_at, updated_at)
VALUES (sqlc.arg(id), sqlc.arg(name), sqlc.arg(slug), 'active', sqlc.arg(billing_plan), sqlc.arg(time_zone), sqlc.arg(locale), sqlc.arg(currency), sqlc.arg(brand_color), sqlc.arg(created_at), sqlc.arg(created_at));

-- name: CreateSlug :exec
INSERT INTO slugs (slug, organization_id, created_at) VALUES (sqlc.arg(slug), CAST(sqlc.arg(holder) AS org_text), sqlc.arg(created_at));

-- name: SlugTaken :one
SELECT (SELECT COUNT(*) FROM slugs AS s WHERE s.slug = sqlc.arg(slug)) + (SELECT COUNT(*) FROM retired_slugs AS r WHERE r.slug = sqlc.arg(slug)) > 0;

-- name: CreateMembership :exec
INSERT INTO memberships (organization_id, user_id, role, costs, status, created_at, updated_at)
VALUES (sqlc.arg(organization_id), sqlc.arg(user_id), sqlc.arg(role), sqlc.arg(costs), 'active', sqlc.arg(created_at), sqlc.arg(created_at));

-- The one question a request asks before anything of an organization is touched.
-- name: Resolve :one
SELECT sqlc.embed(o), m.role, m.costs
FROM slugs AS s
JOIN organizations AS o ON o.id = s.organization_id
JOIN memberships AS m ON m.organization_id = o.id AND m.user_id = sqlc.arg(user_id) AND m.status = 'active'
JOIN users AS u ON u.id = m.user_id AND u.disabled_at IS NULL
WHERE s.slug = sqlc.arg(slug);

-- name: OrganizationsOfUser :many
SELECT sqlc.embed(o), m.role, m.costs
FROM memberships AS m JOIN organizations AS o ON o.id = m.organization_id
WHERE m.user_id = sqlc.arg(user_id) AND m.status = 'active'
ORDER BY o.name, o.id;

-- name: ListOrganizations :many
SELECT sqlc.embed(o) FROM organizations AS o WHERE NOT o.arriving ORDER BY o.slug;

-- name: OrganizationBySlug :one
SELECT sqlc.embed(o)
FROM slugs AS s JOIN organizations AS o ON o.id = s.organization_id
WHERE s.slug = sqlc.arg(slug);

-- name: SetStatus :execrows
UPDATE organizations SET status = sqlc.arg(status), status_reason = sqlc.arg(status_reason), updated_at = sqlc.arg(updated_at)
WHERE id = CAST(sqlc.arg(organization) AS org_text) AND status = sqlc.arg(former);

-- name: Members :many
SELECT m.user_id, u.name, u.email, m.role, m.costs, m.status, m.created_at,
  EXISTS (SELECT 1 FROM authenticators AS a WHERE a.user_id = m.user_id UNION ALL SELECT 1 FROM passkeys AS p WHERE p.user_id = m.user_id) AS second_factor
FROM memberships AS m JOIN users AS u ON u.id = m.user_id
WHERE m.organization_id = sqlc.arg(organization_id) AND m.status <> 'removed'
ORDER BY u.name, u.email;

-- name: Membership :one
SELECT m.role, m.costs, m.status, u.name FROM memberships AS m JOIN users AS u ON u.id = m.user_id
WHERE m.organization_id = sqlc.arg(organization_id) AND m.user_id = sqlc.arg(user_id);

-- name: SetMembership :execrows
UPDATE memberships SET role = $3, costs = $4, status = $5, updated_at = $6
WHERE organization_id = $1 AND user_id = $2;

-- name: Rejoin :execrows
UPDATE memberships SET role = $3, costs = $4, status = 'active', updated_at = $5
WHERE organization_id = $1 AND user_id = $2 AND status = 'removed';

-- name: ActiveOwners :one
SELECT COUNT(*) FROM memberships
WHERE organization_id = sqlc.arg(organization_id) AND role = 'owner' AND status = 'active';

-- name: CreateInvitation :exec
INSERT INTO invitations (organization_id, id, email, role, costs, status, token_hash, expires_at, created_at, created_by)
VALUES (sqlc.arg(organization_id), sqlc.arg(id), sqlc.arg(email), sqlc.arg(role), sqlc.arg(costs), 'pending', sqlc.arg(token_hash), sqlc.arg(expires_at), sqlc.arg(created_at), sqlc.arg(created_by));

-- name: Invitations :many
SELECT i.id, i.email, i.role, i.costs, i.expires_at, u.name AS invited_by
FROM invitations AS i JOIN users AS u ON u.id = i.created_by
WHERE i.organization_id = sqlc.arg(organization_id) AND i.status = 'pending'
ORDER BY i.created_at DESC, i.id;

-- name: InvitationByHash :one
SELECT i.id, i.email, i.role, i.costs, i.status, i.expires_at, u.name AS invited_by
FROM invitations AS i JOIN users AS u ON u.id = i.created_by
WHERE i.organization_id = sqlc.arg(organization_id) AND i.token_hash = sqlc.arg(token_hash);

-- name: PendingInvitation :one
SELECT email, role, costs FROM invitations WHERE organization_id = sqlc.arg(organization_id) AND id = sqlc.arg(id) AND status = 'pending';

-- name: InvitationTo :one
SELECT i.id, i.role, i.costs, i.expires_at, u.name AS invited_by
FROM invitations AS i JOIN users AS u ON u.id = i.created_by
WHERE i.organization_id = sqlc.arg(organization_id) AND i.email = sqlc.arg(email) AND i.status = 'pending';

-- name: EndInvitation :execrows
UPDATE invitations SET status = $3 WHERE organization_id = $1 AND id = $2 AND status = 'pending';

-- name: InvitationExists :one
SELECT EXISTS (SELECT 1 FROM invitations WHERE organization_id = $1 AND id = $2);

-- name: EndInvitationsTo :execrows
UPDATE invitations SET status = 'revoked' WHERE organization_id = $1 AND email = $2 AND status = 'pending';

-- name: MemberByEmail :one
SELECT COUNT(*) FROM memberships AS m JOIN users AS u ON u.id = m.user_id
WHERE m.organization_id = sqlc.arg(organization_id) AND u.email = sqlc.arg(email) AND m.status <> 'removed';

-- name: OrganizationByID :one
SELECT sqlc.embed(o) FROM organizations AS o WHERE o.id = CAST(sqlc.arg(organization) AS org_text);

-- name: ChangeOrganization :execrows
UPDATE organizations SET name = sqlc.arg(name), slug = sqlc.arg(slug), time_zone = sqlc.arg(time_zone), locale = sqlc.arg(locale), brand_color = sqlc.arg(brand_color), updated_at = sqlc.arg(updated_at)
WHERE id = CAST(sqlc.arg(organization) AS org_text);

-- name: RequireSecondFactor :execrows
UPDATE organizations SET second_factor = sqlc.arg(second_factor), updated_at = sqlc.arg(updated_at) WHERE id = CAST(sqlc.arg(organization) AS org_text);

-- name: SlugHolder :one
SELECT organization_id FROM slugs WHERE slug = sqlc.arg(slug);

-- name: PlanNow :one
SELECT o.billing_plan FROM organizations AS o WHERE o.id = sqlc.arg(organization_id);

-- What counts against the plan: who belongs to the organization, and invitations that wait.
-- name: PeopleCounted :one
SELECT o.billing_plan,
  (SELECT COUNT(*) FROM memberships AS m WHERE m.organization_id = sqlc.arg(organization_id) AND m.status <> 'removed') AS members,
  (SELECT COUNT(*) FROM invitations AS i WHERE i.organization_id = sqlc.arg(organization_id) AND i.status = 'pending') AS invited
FROM organizations AS o WHERE o.id = sqlc.arg(organization_id);

-- Within the organization's own transaction, by a member of it.
-- name: SetLogo :execrows
UPDATE organizations SET logo = $3, updated_at = $4
WHERE EXISTS (SELECT 1 FROM memberships AS m WHERE m.organization_id = $1 AND m.user_id = $2 AND m.status = 'active') AND id = $1;

-- Who invites, and into what: for the mail.
-- name: Inviting :one
SELECT o.name AS organization, u.name AS inviter
FROM memberships AS m JOIN organizations AS o ON o.id = sqlc.arg(organization_id) JOIN users AS u ON u.id = m.user_id
WHERE m.organization_id = sqlc.arg(organization_id) AND m.user_id = sqlc.arg(user_id);

-- name: SetPlan :execrows
UPDATE organizations SET billing_plan = sqlc.arg(billing_plan), updated_at = sqlc.arg(updated_at) WHERE id = CAST(sqlc.arg(organization) AS org_text);

-- name: SetFeatures :execrows
UPDATE organizations SET features = sqlc.arg(features), updated_at = sqlc.arg(updated_at) WHERE id = CAST(sqlc.arg(organization) AS org_text);

-- name: CountByStatus :many
SELECT status, COUNT(*) AS number FROM organizations WHERE NOT arriving GROUP BY status;

-- name: Everybody :many
SELECT m.user_id, u.name, u.email, m.role, m.costs, m.status, m.created_at
FROM memberships AS m JOIN users AS u ON u.id = m.user_id
WHERE m.organization_id = sqlc.arg(organization_id)
ORDER BY m.created_at, m.user_id;

-- name: AdoptMembership :exec
INSERT INTO memberships (organization_id, user_id, role, costs, status, created_at, updated_at)
VALUES (sqlc.arg(organization_id), sqlc.arg(user_id), sqlc.arg(role), sqlc.arg(costs), sqlc.arg(status), sqlc.arg(created_at), sqlc.arg(created_at));

-- An organization on its way in holds no slug; what stands in for it is none.
-- name: CreateArriving :exec
INSERT INTO organizations (id, name, slug, status, arriving, billing_plan, time_zone, locale, currency, brand_color, created_at, updated_at, closing_at, remove_at)
VALUES (sqlc.arg(id), sqlc.arg(name), sqlc.arg(slug), 'closing', TRUE, sqlc.arg(billing_plan), sqlc.arg(time_zone), sqlc.arg(locale), sqlc.arg(currency), sqlc.arg(brand_color), sqlc.arg(created_at), sqlc.arg(created_at), sqlc.arg(created_at), sqlc.arg(remove_at));

-- It fails once the removal may have begun.
-- name: GoOnArriving :execrows
UPDATE organizations SET remove_at = sqlc.arg(remove_at), updated_at = sqlc.arg(moment)
WHERE id = CAST(sqlc.arg(organization) AS org_text) AND remove_at > sqlc.arg(moment);

-- name: Arrive :execrows
UPDATE organizations SET slug = sqlc.arg(slug), status = 'active', arriving = FALSE, closing_at = NULL, remove_at = NULL, reminded = FALSE, logo = sqlc.arg(logo), second_factor = sqlc.arg(second_factor), updated_at = sqlc.arg(moment)
WHERE id = CAST(sqlc.arg(organization) AS org_text) AND remove_at > sqlc.arg(moment);

-- name: TurnBack :exec
UPDATE organizations SET remove_at = closing_at WHERE id = CAST(sqlc.arg(organization) AS org_text) AND arriving;

-- Whoever takes a closing back, or goes on arriving, by a clock that is behind or in a transaction that began before, comes too late.
-- name: HoldForRemoval :execrows
UPDATE organizations SET remove_at = closing_at WHERE id = CAST(sqlc.arg(organization) AS org_text) AND remove_at <= sqlc.arg(moment);

-- Only what is closing has a remove_at, so what compares that asks for no status.
-- name: StartClosing :execrows
UPDATE organizations SET status = 'closing', status_reason = sqlc.arg(reason), closing_at = sqlc.arg(closing_at), closing_by = sqlc.narg(closing_by), remove_at = sqlc.arg(remove_at), reminded = FALSE, updated_at = sqlc.arg(closing_at)
WHERE id = CAST(sqlc.arg(organization) AS org_text) AND status <> 'closing';

-- name: HurryClosing :execrows
UPDATE organizations SET remove_at = sqlc.arg(remove_at), updated_at = sqlc.arg(remove_at)
WHERE id = CAST(sqlc.arg(organization) AS org_text) AND status = 'closing';

-- Until its moment comes: then the removal may have begun.
-- name: EndClosing :execrows
UPDATE organizations SET status = 'active', status_reason = '', closing_at = NULL, closing_by = NULL, remove_at = NULL, reminded = FALSE, updated_at = sqlc.arg(updated_at)
WHERE id = CAST(sqlc.arg(organization) AS org_text) AND remove_at > sqlc.arg(updated_at);

-- name: OwnersOf :many
SELECT u.name, u.email FROM memberships AS m JOIN users AS u ON u.id = m.user_id
WHERE m.organization_id = CAST(sqlc.arg(organization) AS org_text) AND m.role = 'owner' AND m.status = 'active'
ORDER BY u.email;

-- name: ToRemind :many
SELECT sqlc.embed(o) FROM organizations AS o
WHERE o.remove_at <= sqlc.arg(until) AND o.remove_at > sqlc.arg(since) AND NOT o.reminded AND NOT o.arriving
ORDER BY o.id;

-- name: NoteReminded :execrows
UPDATE organizations SET reminded = TRUE WHERE id = CAST(sqlc.arg(organization) AS org_text) AND status = 'closing' AND NOT reminded;

-- name: DueForRemoval :many
SELECT o.id FROM organizations AS o WHERE o.remove_at <= sqlc.arg(until) ORDER BY o.id;

-- name: NoteRemoval :exec
INSERT INTO closed_organizations (organization, name, slug, reason, created_at, closed_at, closed_by, rows_removed, files_removed)
VALUES (sqlc.arg(organization), sqlc.arg(name), sqlc.arg(slug), sqlc.arg(reason), sqlc.arg(created_at), sqlc.arg(closed_at), sqlc.narg(closed_by), sqlc.arg(rows_removed), sqlc.arg(files_removed))
ON CONFLICT (organization) DO UPDATE SET rows_removed = closed_organizations.rows_removed + excluded.rows_removed, files_removed = closed_organizations.files_removed + excluded.files_removed;

-- name: EndRemoval :execrows
UPDATE closed_organizations SET removed_at = sqlc.arg(removed_at) WHERE organization = sqlc.arg(organization);

-- name: ListClosed :many
SELECT organization, name, slug, reason, created_at, closed_at, closed_by, rows_removed, files_removed, removed_at FROM closed_organizations ORDER BY slug, organization;

-- name: RetireSlugs :exec
INSERT INTO retired_slugs (slug, retired_at)
SELECT s.slug, CAST(sqlc.arg(retired_at) AS ts_text) FROM slugs AS s WHERE s.organization_id = CAST(sqlc.arg(organization) AS org_text);

-- name: DeleteSlugs :exec
DELETE FROM slugs WHERE organization_id = CAST(sqlc.arg(organization) AS org_text);

-- name: DeleteMemberships :execrows
DELETE FROM memberships WHERE organization_id = CAST(sqlc.arg(organization) AS org_text);

-- name: DeleteOrganization :execrows
DELETE FROM organizations WHERE id = CAST(sqlc.arg(organization) AS org_text) AND remove_at <= sqlc.arg(until);

-- name: SlugRetired :one
SELECT COUNT(*) > 0 FROM retired_slugs WHERE slug = sqlc.arg(slug);

-- name: CountAudited :one
SELECT COUNT(*) FROM audit_entries WHERE organization_id = sqlc.arg(organization_id);

-- name: GrantSupport :execrows
UPDATE organizations SET support_since = sqlc.arg(since), support_until = sqlc.arg(until), support_by = sqlc.arg(by), support_writes = sqlc.arg(writes), support_reason = sqlc.arg(reason), updated_at = sqlc.arg(since)
WHERE id = CAST(sqlc.arg(organization) AS org_text);

-- name: EndSupport :execrows
UPDATE organizations SET support_until = sqlc.arg(moment), updated_at = sqlc.arg(moment)
WHERE id = CAST(sqlc.arg(organization) AS org_text) AND support_until > sqlc.arg(moment);

-- name: NoteSupport :exec
INSERT INTO support_events (id, at, organization, slug, person, event, reason, writes, until)
VALUES (sqlc.arg(id), sqlc.arg(at), CAST(sqlc.arg(organization) AS uuid_text), sqlc.arg(slug), sqlc.arg(person), sqlc.arg(event), sqlc.arg(reason), sqlc.arg(writes), sqlc.arg(until));

-- name: SupportEvents :many
SELECT e.at, e.organization, e.slug, e.event, e.reason, e.writes, e.until, u.name, u.email
FROM support_events AS e JOIN users AS u ON u.id = e.person
ORDER BY e.at DESC, e.id DESC LIMIT sqlc.arg(count_of);

-- name: Supporters :many
SELECT u.id, u.name, u.email FROM users AS u WHERE u.support ORDER BY u.email;

-- name: SetSupporter :execrows
UPDATE users SET support = sqlc.arg(support), updated_at = sqlc.arg(updated_at) WHERE email = sqlc.arg(email);

-- name: IsSupporter :one
SELECT EXISTS (SELECT 1 FROM users WHERE id = sqlc.arg(id) AND support);

-- Organizations that let support in now, for somebody of it; entered is whether they went in under that grant.
-- name: OpenToSupport :many
SELECT sqlc.embed(o),
  EXISTS (SELECT 1 FROM support_events AS e WHERE e.organization = CAST(o.id AS uuid_text) AND e.person = sqlc.arg(user_id) AND e.event = 'entered' AND e.at >= o.support_since) AS entered
FROM organizations AS o
WHERE o.status = 'active' AND o.support_until > sqlc.arg(moment)
ORDER BY o.name, o.id;

-- Asked when somebody is no member: whether they are here as support, under a grant that holds and that they entered by. A former
-- member stands for them, because what they do refers to them.
-- name: ResolveSupport :one
SELECT sqlc.embed(o)
FROM slugs AS s
JOIN organizations AS o ON o.id = s.organization_id
JOIN users AS u ON u.id = sqlc.arg(user_id)
JOIN memberships AS m ON m.organization_id = o.id AND m.user_id = u.id
WHERE s.slug = sqlc.arg(slug) AND u.support AND m.status = 'removed' AND o.status = 'active' AND o.support_until > sqlc.arg(moment)
  AND EXISTS (SELECT 1 FROM support_events AS e WHERE e.organization = CAST(o.id AS uuid_text) AND e.person = u.id AND e.event = 'entered' AND e.at >= o.support_since);

-- name: StandIn :exec
INSERT INTO memberships (organization_id, user_id, role, costs, status, created_at, updated_at)
VALUES (sqlc.arg(organization_id), sqlc.arg(user_id), 'viewer', TRUE, 'removed', sqlc.arg(created_at), sqlc.arg(created_at))
ON CONFLICT (organization_id, user_id) DO NOTHING;

-- name: SlugsOf :many
SELECT slug FROM slugs WHERE organization_id = CAST(sqlc.arg(organization) AS org_text) ORDER BY created_at, slug;

-- Everybody with an account, and each place they have: a row for each, and one for who has none.
-- name: People :many
SELECT u.id, u.name, u.email, u.created_at, u.disabled_at, u.disabled_reason, COALESCE(o.slug, '') AS slug, COALESCE(m.role, '') AS role, COALESCE(m.status, '') AS standing
FROM users AS u
LEFT JOIN memberships AS m ON m.user_id = u.id AND m.status <> 'removed'
LEFT JOIN organizations AS o ON o.id = m.organization_id
ORDER BY u.email, o.slug;

-- name: FileBytes :one
SELECT CAST(COALESCE(SUM(f.size), 0) AS bigint) FROM files AS f WHERE f.organization_id = sqlc.arg(organization_id);

-- name: SetExportSchedule :execrows
UPDATE organizations SET export_schedule = sqlc.arg(export_schedule), updated_at = sqlc.arg(updated_at) WHERE id = CAST(sqlc.arg(organization) AS org_text);
