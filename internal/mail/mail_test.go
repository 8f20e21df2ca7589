package mail_test

import (
	"context"
	"errors"
	"log/slog"

	"net/mail"
	"strings"
	"testing"

	"craftplan/internal/apptest/postbox"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/jobs"
	. "craftplan/internal/mail"
	"craftplan/internal/outbound"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

var sunrise = Branding{Name: "Sunrise Bakery", Fill: "#B45309", Ink: "#FFFFFF", Path: "/sunrise"}

var invitation = Message{Subject: "Join Sunrise Bakery", Lines: []string{"Maya invites you <warmly>."}, Action: Action{"See the invitation", "/invitations/a.b"}, After: []string{"It ends in seven days."}}

func mailer(t *testing.T, db *storetest.DB, box *postbox.Box) *Mailer {
	t.Helper()
	o := Options{Store: db.Store, Base: "https://erp.example.com", From: mail.Address{Name: "Craftplan", Address: "post@erp.example.com"}}
	if box != nil {
		o.Server, o.Roots = Server{Host: box.Host, Port: box.Port, Security: STARTTLS, Username: box.Username, Password: box.Password}, box.Roots
	}
	m, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// queue takes the jobs that a transaction leaves, as the runner would be given them.
func queue(t *testing.T, db *storetest.DB, m *Mailer, try Try) <-chan error {
	t.Helper()
	worked := make(chan error, 100)
	workers := jobs.New(db.Store, jobs.Watch{Log: slog.New(slog.DiscardHandler)})
	jobs.ForOrganization(workers, func(ctx context.Context, o jobs.Organization, j jobs.Try[OrganizationMail]) error {
		worked <- m.Deliver(ctx, o.Scope, Branding{Name: o.Name, Fill: "#B45309", Ink: "#FFFFFF", Path: "/" + o.Slug}, j.Args, try)
		return nil
	})
	jobs.ForNobody(workers, func(ctx context.Context, j jobs.Try[AccountMail]) error {
		worked <- m.DeliverToPerson(ctx, Branding{Name: "Craftplan", Fill: "#B45309", Ink: "#FFFFFF"}, j.Args)
		return nil
	})
	stop, err := db.Work(t.Context(), workers.River(), quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stop(context.WithoutCancel(t.Context())) })
	return worked
}

func send(t *testing.T, db *storetest.DB, scope store.Scope, to string) {
	t.Helper()
	db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error { return Send(ctx, tx, Invitation, to, invitation) })
}

func last(t *testing.T, db *storetest.DB, scope store.Scope) Logged {
	t.Helper()
	var list []Logged
	db.Do(t, scope, func(ctx context.Context, tx *store.Tx) (err error) {
		list, _, err = Log(ctx, tx, 10, 0)
		return err
	})
	if len(list) == 0 {
		t.Fatal("the log is empty")
	}
	return list[0]
}

func TestDelivery(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		box := postbox.Open(t)
		box.Username, box.Password = "post", "hunter2"
		scope := db.Organization("Sunrise Bakery")
		send(t, db, scope, "ada@oven.example")
		if l := last(t, db, scope); l.Status != Queued || l.To != "ada@oven.example" || l.Subject != invitation.Subject {
			t.Errorf("before it is sent: %+v", l)
		}
		worked := queue(t, db, mailer(t, db, box), Try{Number: 1})
		m := box.Wait("ada@oven.example", "Join Sunrise")
		if err := <-worked; err != nil {
			t.Fatal(err)
		}
		from, err := mail.ParseAddress(m.Header.Get("From"))
		if err != nil || from.Name != "Sunrise Bakery" || from.Address != "post@erp.example.com" || m.Sender != "post@erp.example.com" {
			t.Errorf("from %v, envelope %s, %v", from, m.Sender, err)
		}
		if m.Link() != "https://erp.example.com/invitations/a.b" || !strings.Contains(m.HTML, `href="https://erp.example.com/invitations/a.b"`) {
			t.Errorf("link %s in\n%s", m.Link(), m.HTML)
		}
		if !strings.Contains(m.Text, "Maya invites you <warmly>.") || !strings.Contains(m.HTML, "Maya invites you &lt;warmly&gt;.") {
			t.Errorf("text %q, html %q", m.Text, m.HTML)
		}
		if m.Header.Get("Auto-Submitted") != "auto-generated" || !strings.HasSuffix(m.Header.Get("Message-ID"), "@erp.example.com>") {
			t.Errorf("header %v", m.Header)
		}
		if l := last(t, db, scope); l.Status != Sent || l.Attempts != 1 || l.Problem != "" {
			t.Errorf("afterwards: %+v", l)
		}
	})
}

// A list is told in both parts, with links and what leads to the rest; what can be ended says how, for people and for their programs.
func TestLists(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		box, scope := postbox.Open(t), db.Organization("Sunrise Bakery")
		listed := Message{Subject: "Stock", Lines: []string{"Look at this."}, After: []string{"You chose this."}, Unsubscribe: "/account/digests/a." + strings.Repeat("b-_", 40),
			Sections: []Section{{Title: "Salt & pepper", Items: []Item{{"Salt <fine>", "3 kg", "/sunrise/lots/S%2F1"}, {"Pepper", "5 g", "/sunrise/lots/P"}}, More: Action{"and 7 more", "/sunrise/lots?state=expiring"}}, {Title: "Low", Items: []Item{{"Flour", "1 g", "/sunrise/materials/FLOUR"}}}}}
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			return Send(ctx, tx, Digest, "ada@oven.example", listed)
		})
		send(t, db, scope, "rosa@oven.example")
		worked := queue(t, db, mailer(t, db, box), Try{Number: 1})
		m, plain := box.Wait("ada@oven.example", "Stock"), box.Wait("rosa@oven.example", "Join Sunrise")
		for range 2 {
			if err := <-worked; err != nil {
				t.Fatal(err)
			}
		}
		const base = "https://erp.example.com"
		text := "Look at this.\n\nSalt & pepper\n\n- Salt <fine>: 3 kg\n  " + base + "/sunrise/lots/S%2F1\n- Pepper: 5 g\n  " + base + "/sunrise/lots/P\nand 7 more: " + base + "/sunrise/lots?state=expiring\n\n" +
			"Low\n\n- Flour: 1 g\n  " + base + "/sunrise/materials/FLOUR\n\nYou chose this.\n\nTo get no more of these mails, open:\n" + base + listed.Unsubscribe + "\n"
		if got := strings.ReplaceAll(m.Text, "\r\n", "\n"); !strings.HasPrefix(got, text) {
			t.Errorf("text %q\nwant %q", got, text)
		}
		for _, part := range []string{">Salt &amp; pepper</h2>", `href="` + base + `/sunrise/lots/S%2F1"`, "Salt &lt;fine&gt;", "5 g", `href="` + base + `/sunrise/lots?state=expiring"`, "and 7 more", `href="` + base + listed.Unsubscribe + `"`} {
			if !strings.Contains(m.HTML, part) {
				t.Errorf("no %s in\n%s", part, m.HTML)
			}
		}
		if m.Header.Get("List-Unsubscribe") != "<"+base+listed.Unsubscribe+">" || m.Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
			t.Errorf("header %v", m.Header)
		}
		if plain.Header.Get("List-Unsubscribe") != "" || plain.Header.Get("List-Unsubscribe-Post") != "" || strings.Contains(plain.Text+plain.HTML, "no more of these") || strings.Contains(plain.HTML, "<h2") {
			t.Errorf("an invitation: %v\n%s", plain.Header, plain.Text)
		}
	})
}

// The logo is part of the mail, so that it shows without asking anybody for it; in the mailbox it stands in the page.
func TestLogo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		box, branding := postbox.Open(t), sunrise
		branding.Logo = []byte("a picture")
		scope := db.Organization("Sunrise Bakery")
		if _, _, err := mailer(t, db, box).Test(t.Context(), scope, branding, "ada@oven.example"); err != nil {
			t.Fatal(err)
		}
		m := box.Wait("ada@oven.example", "A test")
		if string(m.Parts["logo.png"]) != "a picture" || !strings.Contains(m.HTML, `src="cid:logo.png"`) {
			t.Errorf("%q in\n%s", m.Parts, m.HTML)
		}
		if _, _, err := mailer(t, db, nil).Test(t.Context(), scope, branding, "ada@oven.example"); err != nil {
			t.Fatal(err)
		}
		kept, err := Mailbox(t.Context(), db.Store)
		if err != nil || len(kept) != 1 || !strings.Contains(kept[0].HTML, `src="data:image/png;base64,YSBwaWN0dXJl"`) {
			t.Errorf("%+v, %v", kept, err)
		}
	})
}

// What waits in the queue cannot be read in the database, nor opened in another organization.
func TestWaitingMailsAreSealed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		a, b := db.Organization("Sunrise"), db.Organization("Bluebird")
		send(t, db, a, "ada@oven.example")
		column := "args"
		if db.Engine() == store.SQLite {
			column = "json(args)"
		}
		var args string
		if err := db.Raw().QueryRowContext(t.Context(), "SELECT "+column+" FROM river_job").Scan(&args); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(args, "invitations") || strings.Contains(args, "ada@") {
			t.Errorf("readable: %s", args)
		}
		_, sealed, _ := strings.Cut(args, `"sealed":`)
		sealed = strings.Trim(sealed, `"} `)
		if err := mailer(t, db, nil).Deliver(t.Context(), b, sunrise, OrganizationMail{Sealed: sealed}, Try{Number: 1}); err == nil {
			t.Error("another organization opens it")
		}
	})
}

func TestRefusals(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		box := postbox.Open(t)
		m, scope := mailer(t, db, box), db.Organization("Sunrise")
		for name, c := range map[string]struct {
			refuse  error
			last    bool
			status  Status
			forGood bool
		}{
			"busy":             {postbox.Busy, false, Retrying, false},
			"busy to the last": {postbox.Busy, true, Failed, false},
			"no such user":     {postbox.Unknown, false, Failed, true},
		} {
			box.Refuse(c.refuse)
			var job OrganizationMail
			db.Do(t, scope, func(ctx context.Context, tx *store.Tx) (err error) {
				if err := Send(ctx, tx, Invitation, "ada@oven.example", invitation); err != nil {
					return err
				}
				job.Sealed, err = tx.Seal(`{"To":"ada@oven.example","Subject":"x"}`, "mail")
				return err
			})
			job.ID = last(t, db, scope).ID
			err := m.Deliver(t.Context(), scope, sunrise, job, Try{Number: 3, Last: c.last})
			if err == nil || errors.Is(err, ErrRefused) != c.forGood {
				t.Errorf("%s: %v", name, err)
			}
			l := last(t, db, scope)
			if l.Status != c.status || l.Attempts != 3 || l.Problem == "" || strings.Contains(l.Problem, "Come back") || strings.Contains(l.Problem, "No such user") {
				t.Errorf("%s: %+v", name, l)
			}
		}
	})
}

// An organization with a server of its own sends through it, and is told what it said.
func TestOwnServer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ours, theirs := postbox.Open(t), postbox.OpenTLS(t)
		theirs.Username, theirs.Password = "sunrise", "hunter2"
		scope, other := db.Organization("Sunrise"), db.Organization("Bluebird")
		change := func(scope store.Scope, s Settings) error {
			return db.Update(t.Context(), scope, func(tx *store.Tx) error { return ChangeSettings(t.Context(), tx, s) })
		}
		own := Settings{SenderName: "Sunrise Orders", ReplyTo: "hello@sunrise.example", SenderAddress: "orders@sunrise.example", Server: Server{theirs.Host, theirs.Port, TLS, "sunrise", "hunter2"}}
		if err := change(scope, own); err != nil {
			t.Fatal(err)
		}
		m, err := New(Options{Store: db.Store, Base: "https://erp.example.com", Server: Server{Host: ours.Host, Port: ours.Port, Security: STARTTLS}, Roots: theirs.Roots})
		if err != nil {
			t.Fatal(err)
		}
		if status, said, err := m.Test(t.Context(), scope, sunrise, "maya@sunrise.example"); status != Sent || said != "" || err != nil {
			t.Fatalf("%s, %q, %v", status, said, err)
		}
		got := theirs.Wait("maya@sunrise.example", "A test")
		if got.Sender != "orders@sunrise.example" || got.Header.Get("Reply-To") != "<hello@sunrise.example>" || !strings.Contains(got.Header.Get("From"), "Sunrise Orders") {
			t.Errorf("%s, %v", got.Sender, got.Header)
		}
		if l := last(t, db, scope); l.Kind != Trial || l.Status != Sent {
			t.Errorf("log %+v", l)
		}

		var kept Settings
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) (err error) {
			kept, err = GetSettings(ctx, tx)
			return err
		})
		if !kept.HasPassword || kept.Server.Password != "" || kept.Server.Username != "sunrise" {
			t.Errorf("settings %+v", kept)
		}
		var sealed string
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			return tx.DB().QueryRowContext(ctx, "SELECT password_sealed FROM mail_settings WHERE organization_id = $1", tx.Organization()).Scan(&sealed)
		})
		if sealed == "" || strings.Contains(sealed, "hunter2") {
			t.Errorf("at rest %q", sealed)
		}

		own.Server.Password = ""
		if err := change(scope, own); err != nil {
			t.Errorf("without entering the password again: %v", err)
		}
		if status, said, _ := m.Test(t.Context(), scope, sunrise, "maya@sunrise.example"); status != Sent {
			t.Errorf("the kept password: %s, %s", status, said)
		}
		theirs.Wait("maya@sunrise.example", "A test")
		elsewhere := own
		elsewhere.Server.Host = "smtp.attacker.example"
		if err := change(scope, elsewhere); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("the kept password goes to another server: %v", err)
		}
		theirs.Password = "changed"
		if status, said, _ := m.Test(t.Context(), scope, sunrise, "maya@sunrise.example"); status != Failed || !strings.Contains(said, "535") {
			t.Errorf("a wrong password: %s, %q", status, said)
		}
		if status, _, err := m.Test(t.Context(), other, Branding{Name: "Bluebird"}, "jonas@bluebird.example"); status != Sent || err != nil || theirs.Count() != 0 || ours.Count() != 1 {
			t.Errorf("another organization: %s, %v, %d and %d", status, err, theirs.Count(), ours.Count())
		}
	})
}

func TestSettingsRefused(t *testing.T) {
	db := storetest.New(t, store.SQLite)
	scope := db.Organization("Sunrise")
	good := Settings{SenderAddress: "a@b.example", Server: Server{"smtp.b.example", 587, STARTTLS, "", ""}}
	for field, change := range map[string]func(*Settings){
		"reply_to":       func(s *Settings) { s.ReplyTo = "nobody" },
		"sender_name":    func(s *Settings) { s.SenderName = strings.Repeat("x", 81) },
		"host":           func(s *Settings) { s.Server.Host = "smtp b" },
		"port":           func(s *Settings) { s.Server.Port = 0 },
		"security":       func(s *Settings) { s.Server.Security = Plain },
		"sender_address": func(s *Settings) { s.SenderAddress = "" },
	} {
		s := good
		change(&s)
		err := db.Update(t.Context(), scope, func(tx *store.Tx) error { return ChangeSettings(t.Context(), tx, s) })
		if fields := fault.FieldsOf(err); len(fields) != 1 || fields[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	staff := db.Member(scope, authz.Staff)
	if err := db.Update(t.Context(), staff, func(tx *store.Tx) error { return ChangeSettings(t.Context(), tx, good) }); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("staff: %v", err)
	}
}

// The attack: an organization names a mail server inside the network of the installation.
func TestTheirServersAreDialledApart(t *testing.T) {
	db := storetest.New(t, store.SQLite)
	box, scope := postbox.Open(t), db.Organization("Sunrise")
	db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
		return ChangeSettings(ctx, tx, Settings{SenderAddress: "a@b.example", Server: Server{box.Host, box.Port, STARTTLS, "", ""}})
	})
	m, err := New(Options{Store: db.Store, Base: "https://erp.example.com", Roots: box.Roots, Theirs: outbound.Reach{}.Dialer()})
	if err != nil {
		t.Fatal(err)
	}
	if status, said, _ := m.Test(t.Context(), scope, sunrise, "maya@sunrise.example"); status != Failed || said != outbound.Nowhere || box.Count() != 0 {
		t.Errorf("%s, %q", status, said)
	}
}

// Without a server the operator finds the mails in the mailbox, for a month.
func TestMailbox(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		send(t, db, scope, "ada@oven.example")
		err := db.System(t.Context(), "test", func(tx *store.SystemTx) error {
			if err := SendToPerson(t.Context(), tx, "", Message{Subject: "For nobody"}); err != nil {
				return err
			}
			return SendToPerson(t.Context(), tx, "rosa@oven.example", Message{Subject: "Your password", Lines: []string{"Choose another."}, Action: Action{"Choose", "/password/xyz"}})
		})
		if err != nil {
			t.Fatal(err)
		}
		m := mailer(t, db, nil)
		worked := queue(t, db, m, Try{Number: 1})
		for range 3 {
			if err := <-worked; err != nil {
				t.Fatal(err)
			}
		}
		list, err := Mailbox(t.Context(), db.Store)
		if err != nil || len(list) != 2 {
			t.Fatalf("%d kept, %v", len(list), err)
		}
		for _, k := range list {
			one, err := ReadKept(t.Context(), db.Store, k.ID)
			if err != nil || one != k {
				t.Errorf("%+v, %v", one, err)
			}
			if k.To == "rosa@oven.example" && (k.Action != "https://erp.example.com/password/xyz" || !strings.Contains(k.Text, "Choose another.")) {
				t.Errorf("%+v", k)
			}
		}
		var content string
		if err := db.Raw().QueryRowContext(t.Context(), "SELECT content_sealed FROM mailbox").Scan(&content); err != nil || strings.Contains(content, "oven") {
			t.Errorf("at rest: %s, %v", content, err)
		}
		if l := last(t, db, scope); l.Status != Kept {
			t.Errorf("log %+v", l)
		}
	})
}

func TestParseServer(t *testing.T) {
	for text, want := range map[string]Server{
		"smtp://post:a%40b@smtp.example.com":    {"smtp.example.com", 587, STARTTLS, "post", "a@b"},
		"smtps://smtp.example.com":              {"smtp.example.com", 465, TLS, "", ""},
		"smtp://localhost":                      {"localhost", 25, Plain, "", ""},
		"smtp://127.0.0.1:2525":                 {"127.0.0.1", 2525, Plain, "", ""},
		"smtps://post:x@smtp.example.com:10465": {"smtp.example.com", 10465, TLS, "post", "x"},
	} {
		if s, err := ParseServer(text); err != nil || s != want {
			t.Errorf("%s: %+v, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "smtp.example.com", "http://smtp.example.com", "smtp://", "smtp://a:99999", "smtp://a/b"} {
		if s, err := ParseServer(text); err == nil {
			t.Errorf("%s: %+v", text, s)
		}
	}
}
