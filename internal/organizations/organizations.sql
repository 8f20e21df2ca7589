-- name: CreateOrganization :exec
INSERT INTO organizations (id, name, slug, status, billing_plan, time_zone, locale, currency, brand_color, created_at, updated_at)
VALUES (sqlc.arg(id), sqlc.arg(name), sqlc.arg(slug), 'active', sqlc.arg(billing_plan), sqlc.arg(time_zone), sqlc.arg(locale), sqlc.arg(currency), sqlc.arg(brand_color), sqlc.arg(created_at), sqlc.arg(created_at));

-- name: CreateSlug :exec
INSERT INTO slugs (slug, organization_id, created_at) VALUES (sqlc.arg(slug), CAST(sqlc.arg(holder) AS org_text), sqlc.arg(created_at));

-- name: SlugTaken :one
SELECT COUNT(*) > 0 FROM slugs WHERE slug = sqlc.arg(slug);

-- name: CreateMembership :exec
INSERT INTO memberships (organization_id, user_id, role, status, created_at, updated_at)
VALUES (sqlc.arg(organization_id), sqlc.arg(user_id), sqlc.arg(role), 'active', sqlc.arg(created_at), sqlc.arg(created_at));

-- The one question a request asks before anything of an organization is touched.
-- name: Resolve :one
SELECT o.id, o.name, o.slug, o.status, o.billing_plan, o.time_zone, o.locale, o.currency, o.brand_color, m.role
FROM slugs AS s
JOIN organizations AS o ON o.id = s.organization_id
JOIN memberships AS m ON m.organization_id = o.id AND m.user_id = sqlc.arg(user_id) AND m.status = 'active'
WHERE s.slug = sqlc.arg(slug);

-- name: OrganizationsOfUser :many
SELECT o.id, o.name, o.slug, o.brand_color, m.role
FROM memberships AS m JOIN organizations AS o ON o.id = m.organization_id
WHERE m.user_id = sqlc.arg(user_id) AND m.status = 'active' AND o.status <> 'closing'
ORDER BY o.name, o.id;

-- name: ListOrganizations :many
SELECT o.id, o.name, o.slug, o.status, o.billing_plan, o.time_zone, o.locale, o.currency, o.created_at
FROM organizations AS o ORDER BY o.slug;

-- name: OrganizationBySlug :one
SELECT o.id, o.name, o.slug, o.status, o.billing_plan, o.time_zone, o.locale, o.currency, o.brand_color
FROM slugs AS s JOIN organizations AS o ON o.id = s.organization_id
WHERE s.slug = sqlc.arg(slug);
