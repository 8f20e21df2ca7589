package storetest

import (
	"encoding/json"
	"fmt"

	"craftplan/internal/id"
	"craftplan/internal/mail"
	"craftplan/internal/store"
)

// Letter is a mail that waits to be sent.
type Letter struct {
	To string
	mail.Message
}

// AccountLetters are the mails about accounts that wait, the oldest first.
func (db *DB) AccountLetters() []Letter {
	db.t.Helper()
	var all []Letter
	db.must(db.SystemView(db.t.Context(), "test: read mails that wait", func(tx *store.SystemTx) (err error) {
		all, err = db.letters(mail.AccountMail{}.Kind(), func(which id.ID, sealed string) (string, error) { return tx.Open(sealed, "mail", which) })
		return err
	}))
	return all
}

// Letters are the mails of the scope's organization that wait, the oldest first; no other may have left one.
func (db *DB) Letters(scope store.Scope) []Letter {
	db.t.Helper()
	var all []Letter
	db.must(db.View(db.t.Context(), scope, func(tx *store.Tx) (err error) {
		all, err = db.letters(mail.OrganizationMail{}.Kind(), func(_ id.ID, sealed string) (string, error) { return tx.Open(sealed, "mail") })
		return err
	}))
	return all
}

func (db *DB) must(err error) {
	db.t.Helper()
	if err != nil {
		db.t.Fatal(err)
	}
}

func (db *DB) letters(kind string, open func(which id.ID, sealed string) (string, error)) (all []Letter, err error) {
	args := "args"
	if db.Engine() == store.SQLite {
		args = "json(args)"
	}
	rows, err := db.Raw().QueryContext(db.t.Context(), "SELECT "+args+" FROM river_job WHERE kind = $1 ORDER BY id", kind)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var data string
		if err := rows.Scan(&data); err != nil {
			return nil, err
		}
		var job mail.AccountMail // the other kind looks the same
		if err := json.Unmarshal([]byte(data), &job); err != nil {
			return nil, err
		}
		plain, err := open(job.ID, job.Sealed)
		if err != nil {
			return nil, fmt.Errorf("a mail that waits: %w", err)
		}
		var l Letter
		if err := json.Unmarshal([]byte(plain), &l); err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, rows.Err()
}
