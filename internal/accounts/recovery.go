package accounts

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"craftplan/internal/accounts/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/store"
)

const (
	codesMade = 10
	codeSize  = 16 // characters of base32, 80 bits: too many to guess from a hash without salt
	codeGroup = 4  // characters between hyphens
)

// NewRecoveryCodes makes recovery codes anew; the former ones end. The field name in errors is current.
func NewRecoveryCodes(ctx context.Context, st *store.Store, proof Proof) (codes []string, err error) {
	if err := proof.check(ctx, st); err != nil {
		return nil, err
	}
	user := proof.Session.ID
	err = st.System(ctx, "recovery codes: make anew", func(tx *store.SystemTx) error {
		if err := hold(ctx, tx, user); err != nil {
			return err
		}
		has, err := db.ForSystem(tx).HasFactor(ctx, db.HasFactorParams{UserID: user})
		if err == nil && !has {
			err = fault.Conflict("Recovery codes stand in for a second step. Add an authenticator app or a passkey first.")
		}
		if err != nil {
			return err
		}
		if codes, err = makeCodes(ctx, tx, user); err != nil {
			return err
		}
		return tell(ctx, tx, user, "Your recovery codes were made anew", "New recovery codes were made for your account; the former ones do not work any more.")
	})
	return codes, err
}

func makeCodes(ctx context.Context, tx *store.SystemTx, user id.ID) ([]string, error) {
	queries := db.ForSystem(tx)
	if err := queries.DeleteRecoveryCodes(ctx, db.DeleteRecoveryCodesParams{UserID: user}); err != nil {
		return nil, err
	}
	codes := make([]string, codesMade)
	for i := range codes {
		code := rand.Text()[:codeSize]
		if err := queries.CreateRecoveryCode(ctx, db.CreateRecoveryCodeParams{UserID: user, CodeHash: hashToken(code), CreatedAt: tx.Now()}); err != nil {
			return nil, err
		}
		codes[i] = grouped(code)
	}
	return codes, nil
}

// grouped puts hyphens into a code, for reading.
func grouped(code string) string {
	var groups []string
	for ; len(code) > codeGroup; code = code[codeGroup:] {
		groups = append(groups, code[:codeGroup])
	}
	return strings.Join(append(groups, code), "-")
}

// useRecoveryCode tells whether a code is one of the person's, and ends it. The person is told.
func useRecoveryCode(ctx context.Context, tx *store.SystemTx, user id.ID, code string) (bool, error) {
	queries := db.ForSystem(tx)
	used, err := queries.UseRecoveryCode(ctx, db.UseRecoveryCodeParams{UserID: user, CodeHash: hashToken(code)})
	if err != nil || used == 0 {
		return false, err
	}
	left, err := queries.RecoveryCodesLeft(ctx, db.RecoveryCodesLeftParams{UserID: user})
	if err != nil {
		return false, err
	}
	return true, tell(ctx, tx, user, "A recovery code was used", "Somebody, probably you, signed in with one of your recovery codes. "+remaining(left))
}

func remaining(left int64) string {
	switch left {
	case 0:
		return "It was the last one: make new ones on your account's page."
	case 1:
		return "One is left: make new ones on your account's page."
	}
	return fmt.Sprintf("%d are left.", left)
}

// trimCode is a code as it is compared: people type spaces and hyphens, and small letters.
func trimCode(code string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(code))
}
