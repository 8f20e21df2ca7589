package digest_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/digest"
	"craftplan/internal/fault"
	"craftplan/internal/inventory"
	"craftplan/internal/organizations"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// evening is a Sunday's in Chicago; the clocks went forward in the night before. Its next morning, a Monday's, begins at monday.
var (
	evening = time.Date(2026, 3, 8, 23, 0, 0, 0, time.UTC)
	monday  = time.Date(2026, 3, 9, 11, 0, 0, 0, time.UTC)
)

const aDay = 24 * time.Hour

// kitchen is an organization whose clock a test sets.
type kitchen struct {
	t     *testing.T
	db    *storetest.DB
	scope store.Scope // its owner's
	slug  string
}

func newKitchen(t *testing.T, db *storetest.DB, name string) kitchen {
	t.Helper()
	return kitchen{t, db, db.Organization(name), strings.ToLower(name)}
}

func (k kitchen) at(now time.Time) *store.Store { return k.db.At(func() time.Time { return now }) }

func (k kitchen) do(now time.Time, scope store.Scope, fn func(context.Context, *store.Tx) error) {
	k.t.Helper()
	if err := k.at(now).Update(k.t.Context(), scope, func(tx *store.Tx) error { return fn(k.t.Context(), tx) }); err != nil {
		k.t.Fatal(err)
	}
}

func (k kitchen) choose(scope store.Scope, f digest.Frequency, now time.Time) {
	k.t.Helper()
	k.do(now, scope, func(ctx context.Context, tx *store.Tx) error { return digest.Choose(ctx, tx, f) })
}

// stocked has butter whose lot expired on Saturday, milk that expires within the fourteen days, and honey that keeps; of butter, of flour
// and of salt, which never came in, there is less than the minimum.
func (k kitchen) stocked() kitchen {
	k.t.Helper()
	k.do(evening.Add(-10*aDay), k.scope, func(ctx context.Context, tx *store.Tx) error {
		minimum := quantity.Of(20_000)
		for _, m := range []struct {
			name    string
			days    int // from the evening
			minimum *quantity.Quantity
		}{{"Butter", -1, &minimum}, {"Milk", 14, nil}, {"Honey", 300, nil}, {"Flour", 200, &minimum}, {"Salt", 0, &minimum}} {
			expires := tx.Today().AddDays(10 + m.days)
			opening := &inventory.Receipt{Quantity: quantity.Of(3_200), UnitCost: 77_777, LotCode: m.name + "/1", ExpiresOn: &expires}
			if m.days == 0 {
				opening = nil
			}
			d := inventory.Details{Name: m.name, SKU: strings.ToUpper(m.name), Unit: quantity.Gram, Price: 77_777, Minimum: m.minimum}
			if _, err := inventory.Create(ctx, tx, d, opening); err != nil {
				return err
			}
		}
		return nil
	})
	return k
}

// send works the job of the organization.
func (k kitchen) send(now time.Time) {
	k.t.Helper()
	o, scope, err := organizations.OpenByID(k.t.Context(), k.db.Store, k.scope.Organization())
	if err == nil {
		err = digest.Send(k.t.Context(), k.at(now), o, scope)
	}
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k kitchen) letters() []storetest.Letter { return k.db.Letters(k.scope) }

// left is how many jobs the sweep left so far, of all organizations.
func left(t *testing.T, db *storetest.DB) (n int) {
	t.Helper()
	if err := db.Raw().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM river_job WHERE kind = 'digest_morning'").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (k kitchen) chosen(scope store.Scope) (f digest.Frequency) {
	k.t.Helper()
	k.do(evening, scope, func(ctx context.Context, tx *store.Tx) (err error) {
		f, err = digest.Chosen(ctx, tx)
		return err
	})
	return f
}

// Whoever chose nothing is not mailed. A choice is one's own, and the log keeps it.
func TestChoose(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		k := newKitchen(t, db, "Sunrise")
		viewer := db.Member(k.scope, authz.Viewer)
		for _, f := range []digest.Frequency{digest.Off, digest.Daily, digest.Weekly, digest.Weekly, digest.Off, digest.Daily} {
			k.choose(viewer, f, evening)
			if got := k.chosen(viewer); got != f {
				t.Errorf("chose %s, has %s", f, got)
			}
		}
		if got := k.chosen(k.scope); got != digest.Off {
			t.Errorf("the owner has %s", got)
		}
		for _, wrong := range []digest.Frequency{"", "hourly"} {
			err := db.Update(t.Context(), viewer, func(tx *store.Tx) error { return digest.Choose(t.Context(), tx, wrong) })
			if fields := fault.FieldsOf(err); len(fields) != 1 || fields[0].Name != "frequency" {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		var log []audit.Entry
		k.do(evening, k.scope, func(ctx context.Context, tx *store.Tx) (err error) {
			log, _, err = audit.List(ctx, tx, audit.Filter{Kind: audit.Member, Action: audit.Changed, Limit: 10})
			return err
		})
		if len(log) != 4 || *log[0].UserID != viewer.Actor().UserID || log[0].Record != "Somebody" || log[0].Fields[0].Name != "Digest" {
			t.Errorf("the log has %d: %+v", len(log), log)
		}
		helper := store.NewScope(k.scope.Organization(), authz.Actor{UserID: viewer.Actor().UserID, Role: authz.Viewer, Support: true}, k.scope.Context())
		err := db.Update(t.Context(), helper, func(tx *store.Tx) error { return digest.Choose(t.Context(), tx, digest.Off) })
		if !fault.Is(err, fault.KindConflict) || k.chosen(viewer) != digest.Daily {
			t.Errorf("support chooses: %v", err)
		}
	})
}

// The job is left at six in the morning where it is, once, whoever looks; and not where nobody wants mail, or in a suspended organization.
func TestLeaveMornings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		k, suspended := newKitchen(t, db, "Sunrise"), newKitchen(t, db, "Bluebird")
		newKitchen(t, db, "Northstar")
		for _, some := range []kitchen{k, suspended} {
			some.choose(some.scope, digest.Daily, evening)
		}
		if _, err := organizations.SuspendOrganization(t.Context(), db.Store, "bluebird", "A test"); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			now  time.Time
			want int // in all
		}{{evening, 1}, {monday.Add(-time.Second), 1}, {monday, 2}, {monday.Add(9 * time.Hour), 2}, {monday.Add(aDay - time.Second), 2}, {monday.Add(aDay), 3}} {
			if err := digest.LeaveMornings(t.Context(), k.at(c.now)); err != nil {
				t.Fatal(err)
			}
			if got := left(t, db); got != c.want {
				t.Errorf("%s: %d jobs, want %d", c.now, got, c.want)
			}
		}
		atOnce(t, func() error { return digest.LeaveMornings(t.Context(), k.at(monday.Add(2*aDay))) })
		if got := left(t, db); got != 4 {
			t.Errorf("looked for at once: %d jobs", got)
		}
		if _, err := organizations.Resume(t.Context(), db.Store, "bluebird"); err != nil {
			t.Fatal(err)
		}
		if err := digest.LeaveMornings(t.Context(), k.at(monday.Add(2*aDay))); err != nil || left(t, db) != 5 {
			t.Errorf("resumed: %d jobs, %v", left(t, db), err)
		}
	})
}

// A zone that nobody knows any more keeps no other organization from its mail.
func TestUnknownZone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		lost, k := newKitchen(t, db, "Bluebird"), newKitchen(t, db, "Sunrise")
		for _, some := range []kitchen{k, lost} {
			some.choose(some.scope, digest.Daily, evening)
		}
		if _, err := db.Raw().ExecContext(t.Context(), "UPDATE organizations SET time_zone = 'Europe/Atlantis' WHERE slug = 'bluebird'"); err != nil {
			t.Fatal(err)
		}
		if err := digest.LeaveMornings(t.Context(), k.at(monday)); err == nil || left(t, db) != 1 {
			t.Errorf("%d jobs, %v", left(t, db), err)
		}
	})
}

func atOnce(t *testing.T, do func() error) {
	t.Helper()
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if err := do(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// What is mailed says what the lists say, and nothing of what things cost.
func TestMail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		k := newKitchen(t, db, "Sunrise").stocked()
		k.choose(k.scope, digest.Daily, evening)
		k.send(monday.Add(-time.Second))
		if l := k.letters(); len(l) != 0 {
			t.Errorf("before the morning: %+v", l)
		}
		k.send(monday)
		letters := k.letters()
		if len(letters) != 1 || !strings.HasSuffix(letters[0].To, "@people.example") {
			t.Fatalf("%+v", letters)
		}
		l := letters[0]
		if l.Subject != "1 lot is expired, 1 lot expires soon, 3 materials are low" || l.Lines[0] != "Hello Somebody," || !strings.Contains(l.Lines[1], "Sunrise") || !strings.Contains(l.After[0], "every morning") {
			t.Errorf("%q %q %q", l.Subject, l.Lines, l.After)
		}
		var told []string
		for _, s := range l.Sections {
			if s.More.Path != "" {
				t.Errorf("%s leads to more: %+v", s.Title, s.More)
			}
			for _, i := range s.Items {
				told = append(told, strings.Join([]string{s.Title, i.Text, i.Note, i.Path}, "|"))
			}
		}
		want := []string{
			"Expired|Butter, lot Butter/1|3.2\u202fkg, expired March 7, 2026|/sunrise/lots/Butter%2F1",
			"Expires soon|Milk, lot Milk/1|3.2\u202fkg, expires March 22, 2026|/sunrise/lots/Milk%2F1",
			"Below the minimum|Butter|0\u202fg to use, the minimum is 20\u202fkg; a lot expired March 7, 2026|/sunrise/materials/BUTTER",
			"Below the minimum|Flour|3.2\u202fkg to use, the minimum is 20\u202fkg; the first lot expires September 24, 2026|/sunrise/materials/FLOUR",
			"Below the minimum|Salt|0\u202fg to use, the minimum is 20\u202fkg|/sunrise/materials/SALT",
		}
		if !slices.Equal(told, want) {
			t.Errorf("told %q\nwant %q", told, want)
		}
		if text := fmt.Sprint(l); strings.Contains(text, "7777") || strings.Contains(text, "$") || strings.Contains(text, "77.") {
			t.Errorf("it tells of costs: %s", text)
		}
	})
}

// However often the job is worked, and by however many at once, each gets one mail a morning; who chose Mondays gets Monday's.
func TestOnceAMorning(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		k := newKitchen(t, db, "Sunrise").stocked()
		weekly := db.Member(k.scope, authz.Staff)
		k.choose(k.scope, digest.Daily, evening)
		k.choose(weekly, digest.Weekly, evening)
		for day, want := range []int{2, 3, 4, 5, 6, 7, 8, 10} {
			now := monday.Add(time.Duration(day) * aDay)
			atOnce(t, func() error {
				o, scope, err := organizations.OpenByID(t.Context(), db.Store, k.scope.Organization())
				if err != nil {
					return err
				}
				return digest.Send(t.Context(), k.at(now), o, scope)
			})
			k.send(now.Add(12 * time.Hour))
			if got := len(k.letters()); got != want {
				t.Errorf("day %d: %d mails, want %d", day, got, want)
			}
		}
		if last := k.letters()[len(k.letters())-1]; !strings.Contains(last.Subject, "2 lots are expired") && !strings.Contains(last.Subject, "1 lot is expired") {
			t.Errorf("%q", last.Subject)
		}
	})
}

// Whoever chooses after six is mailed from the next morning on, and who chose before it the same day.
func TestFromTheNextMorningOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		k := newKitchen(t, db, "Sunrise").stocked()
		early, late := db.Member(k.scope, authz.Staff), db.Member(k.scope, authz.Staff)
		k.choose(early, digest.Daily, monday.Add(-time.Minute))
		k.choose(late, digest.Daily, monday.Add(time.Minute))
		k.send(monday.Add(time.Hour))
		if got := len(k.letters()); got != 1 {
			t.Errorf("on the day itself: %d mails", got)
		}
		k.send(monday.Add(aDay))
		if got := len(k.letters()); got != 3 {
			t.Errorf("on the next: %d mails", got)
		}
	})
}

// Where there is nothing to tell nothing is mailed, and that morning is over.
func TestNothingToTell(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		k := newKitchen(t, db, "Sunrise")
		k.choose(k.scope, digest.Daily, evening)
		k.send(monday)
		k.stocked().send(monday.Add(time.Hour))
		if l := k.letters(); len(l) != 0 {
			t.Errorf("%+v", l)
		}
		k.send(monday.Add(aDay))
		if l := k.letters(); len(l) != 1 {
			t.Errorf("the next morning: %+v", l)
		}
	})
}

// Who left, is kept out or comes as support is not mailed, and keeps nobody else from their mail; a suspended organization rests.
func TestWhoIsNotMailed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		k := newKitchen(t, db, "Sunrise").stocked()
		removed, paused, disabled, stays := db.Member(k.scope, authz.Staff), db.Member(k.scope, authz.Staff), db.Member(k.scope, authz.Staff), db.Member(k.scope, authz.Viewer)
		for _, who := range []store.Scope{removed, paused, disabled, stays} {
			k.choose(who, digest.Daily, evening)
		}
		k.do(evening, k.scope, func(ctx context.Context, tx *store.Tx) error {
			if err := organizations.Remove(ctx, tx, removed.Actor().UserID); err != nil {
				return err
			}
			return organizations.Suspend(ctx, tx, paused.Actor().UserID)
		})
		if _, err := accounts.Disable(t.Context(), db.Store, disabled.Actor().UserID.String()+"@people.example", "Left the company."); err != nil {
			t.Fatal(err)
		}
		k.send(monday)
		if l := k.letters(); len(l) != 1 || !strings.HasPrefix(l[0].To, stays.Actor().UserID.String()) {
			t.Errorf("%+v", l)
		}
		if _, err := organizations.SuspendOrganization(t.Context(), db.Store, "sunrise", "A test"); err != nil {
			t.Fatal(err)
		}
		k.send(monday.Add(aDay))
		if got := len(k.letters()); got != 1 {
			t.Errorf("suspended: %d mails", got)
		}
	})
}

// A former member whom the installation's support stands in as is not mailed for that.
func TestSupportIsNotMailed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		k := newKitchen(t, db, "Sunrise").stocked()
		former := db.Member(k.scope, authz.Staff)
		k.choose(former, digest.Daily, evening)
		k.do(evening, k.scope, func(ctx context.Context, tx *store.Tx) error {
			return organizations.Remove(ctx, tx, former.Actor().UserID)
		})
		who := accounts.User{ID: former.Actor().UserID, Email: former.Actor().UserID.String() + "@people.example"}
		o, _, err := organizations.OpenByID(t.Context(), db.Store, k.scope.Organization())
		if err == nil {
			err = organizations.GrantSupport(t.Context(), k.at(evening), k.scope, o, organizations.SupportGrant{Reason: "A test", Hours: 72})
		}
		if err == nil {
			err = organizations.SetSupporter(t.Context(), db.Store, who.Email, true)
		}
		if err == nil {
			_, err = organizations.EnterSupport(t.Context(), k.at(evening), k.slug, who)
		}
		if err != nil {
			t.Fatal(err)
		}
		k.send(monday)
		if l := k.letters(); len(l) != 0 {
			t.Errorf("%+v", l)
		}
	})
}

// Of much the mail tells twenty of each, and leads to the rest.
func TestManyLines(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		k := newKitchen(t, db, "Sunrise")
		k.do(evening.Add(-10*aDay), k.scope, func(ctx context.Context, tx *store.Tx) error {
			minimum, expires := quantity.Of(500), tx.Today().AddDays(9)
			for i := range 23 {
				_, err := inventory.Create(ctx, tx, inventory.Details{Name: fmt.Sprintf("Spice %02d", i), SKU: fmt.Sprintf("SPICE-%02d", i), Unit: quantity.Gram, Minimum: &minimum},
					&inventory.Receipt{Quantity: quantity.Of(100), LotCode: fmt.Sprintf("S-%02d", i), ExpiresOn: &expires})
				if err != nil {
					return err
				}
			}
			return nil
		})
		k.choose(k.scope, digest.Weekly, evening)
		k.send(monday)
		l := k.letters()[0]
		if l.Subject != "23 lots are expired, 23 materials are low" || len(l.Sections) != 2 || !strings.Contains(l.After[0], "Monday") {
			t.Fatalf("%q, %d lists, %q", l.Subject, len(l.Sections), l.After)
		}
		for i, path := range []string{"/sunrise/lots?state=expiring", "/sunrise/materials?state=low"} {
			if s := l.Sections[i]; len(s.Items) != 20 || s.More.Label != "and 3 more" || s.More.Path != path {
				t.Errorf("%d lines and %+v", len(s.Items), s.More)
			}
		}
	})
}

// token is that of the link in a mail.
func token(l storetest.Letter) string {
	return strings.TrimPrefix(l.Unsubscribe, digest.LinkPath)
}

// The link of a mail ends the digests of who got it, in that organization, and nothing else opens anything.
func TestLink(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		k := newKitchen(t, db, "Sunrise").stocked()
		other := newKitchen(t, db, "Bluebird")
		colleague := db.Member(k.scope, authz.Staff)
		k.choose(k.scope, digest.Daily, evening)
		k.choose(colleague, digest.Daily, evening)
		k.send(monday)
		mine := k.letters()[slices.IndexFunc(k.letters(), func(l storetest.Letter) bool {
			return strings.HasPrefix(l.To, k.scope.Actor().UserID.String())
		})]
		organization, sealed, _ := strings.Cut(token(mine), ".")
		var elsewhere string
		k.do(monday, k.scope, func(_ context.Context, tx *store.Tx) (err error) {
			elsewhere, err = tx.Seal(k.scope.Actor().UserID.String(), "mail")
			return err
		})
		for _, wrong := range []string{"", ".", "x", sealed, organization, organization + ".", organization + ".x", organization + "." + sealed[:len(sealed)-2], organization + "." + elsewhere,
			other.scope.Organization().String() + "." + sealed, k.scope.Actor().UserID.String() + "." + sealed} {
			if _, err := digest.ResolveLink(t.Context(), db.Store, wrong); !fault.Is(err, fault.KindNotFound) || fault.MessageOf(err) != fault.MessageOf(fault.NotFound("link")) {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		for range 2 {
			l, err := digest.ResolveLink(t.Context(), db.Store, token(mine))
			if err != nil || l.Organization.Name != "Sunrise" {
				t.Fatalf("%+v, %v", l, err)
			}
			if err := l.Stop(t.Context(), db.Store); err != nil {
				t.Fatal(err)
			}
			if k.chosen(k.scope) != digest.Off || k.chosen(colleague) != digest.Daily {
				t.Errorf("they have %s and %s", k.chosen(k.scope), k.chosen(colleague))
			}
		}
		var log []audit.Entry
		k.do(evening, k.scope, func(ctx context.Context, tx *store.Tx) (err error) {
			log, _, err = audit.List(ctx, tx, audit.Filter{Kind: audit.Member, Action: audit.Changed, Limit: 10})
			return err
		})
		if len(log) != 3 {
			t.Errorf("the log has %d entries", len(log))
		}
		k.send(monday.Add(aDay))
		if got := len(k.letters()); got != 3 {
			t.Errorf("afterwards: %d mails", got)
		}
	})
}

// The link outlives the membership, and not the organization.
func TestLinkOfWhoLeft(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		k := newKitchen(t, db, "Sunrise").stocked()
		former := db.Member(k.scope, authz.Staff)
		k.choose(former, digest.Daily, evening)
		k.send(monday)
		mail := k.letters()[0]
		k.do(monday, k.scope, func(ctx context.Context, tx *store.Tx) error {
			return organizations.Remove(ctx, tx, former.Actor().UserID)
		})
		l, err := digest.ResolveLink(t.Context(), db.Store, token(mail))
		if err == nil {
			err = l.Stop(t.Context(), db.Store)
		}
		if err != nil || k.chosen(former) != digest.Off {
			t.Errorf("%v, has %s", err, k.chosen(former))
		}
		if _, err := organizations.CloseByOperator(t.Context(), db.Store, "sunrise", "A test", true); err != nil {
			t.Fatal(err)
		}
		if _, err := digest.ResolveLink(t.Context(), db.Store, token(mail)); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("an organization that is over: %v", err)
		}
	})
}
