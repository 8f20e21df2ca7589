package isolation

import (
	"context"
	"time"

	"github.com/pquerna/otp/totp"

	"craftplan/internal/accounts"
	"craftplan/internal/apikeys"
	"craftplan/internal/apptest/device"
	"craftplan/internal/authz"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
)

// programs makes keys of an organization, by who makes them. Each was used just now, so that using it again is not noted.
func (s *seeder) programs(ctx context.Context, w Workshop, makers map[string]string) error {
	for name, maker := range makers {
		a := &Actor{Name: name, User: s.Actors[maker].User}
		_, scope, err := organizations.Resolve(ctx, s.st, w.Slug, a.User)
		if err != nil {
			return err
		}
		scopes := authz.Scopes
		if name == Reader {
			scopes = []authz.Permission{authz.CustomersRead}
		}
		err = s.st.Update(ctx, scope, func(tx *store.Tx) error {
			made, err := apikeys.Create(ctx, tx, apikeys.NewKey{Name: w.Word + " " + name, Scopes: scopes})
			a.Key = made.Secret
			return err
		})
		if err != nil {
			return err
		}
		if _, err := apikeys.Authenticate(ctx, s.lately(), w.Slug, a.Key); err != nil {
			return err
		}
		s.Actors[name] = a
	}
	return nil
}

// lately is the store at the moment when the worlds are asked.
func (s *seeder) lately() *store.Store {
	return s.st.At(func() time.Time { return Noon.Add(later) })
}

// proof is what somebody shows to change their factors.
func (s *seeder) proof(ctx context.Context, a *Actor) (accounts.Proof, error) {
	session, err := accounts.Authenticate(ctx, s.st, a.Cookies["session"])
	return accounts.Proof{Session: session, Password: password}, err
}

// enrol adds a factor to somebody, in their browser's session, which gets another token.
func (s *seeder) enrol(ctx context.Context, who string, add func(a *Actor, p accounts.Proof) (accounts.Enrolled, error)) error {
	a := s.Actors[who]
	proof, err := s.proof(ctx, a)
	if err != nil {
		return err
	}
	done, err := add(a, proof)
	a.Cookies = map[string]string{"session": done.Session}
	s.told++
	return err
}

func (s *seeder) passkey(ctx context.Context, who string) error {
	keys := accounts.NewPasskeys("http://" + host)
	return s.enrol(ctx, who, func(a *Actor, p accounts.Proof) (done accounts.Enrolled, err error) {
		token, err := keys.Begin(ctx, s.st, p, "Phone")
		if err != nil {
			return done, err
		}
		making, err := keys.Pending(ctx, s.st, a.User, token)
		if err != nil {
			return done, err
		}
		answer, err := device.Answer(keys.Origin, making.Options)
		if err != nil {
			return done, err
		}
		return keys.Add(ctx, s.st, a.User, a.Cookies["session"], token, answer)
	})
}

func (s *seeder) authenticator(ctx context.Context, who string) error {
	return s.enrol(ctx, who, func(a *Actor, p accounts.Proof) (done accounts.Enrolled, err error) {
		token, err := accounts.BeginAuthenticator(ctx, s.st, p)
		if err != nil {
			return done, err
		}
		waiting, err := accounts.PendingAuthenticator(ctx, s.st, a.User, token)
		if err != nil {
			return done, err
		}
		code, err := totp.GenerateCode(waiting.Secret, Noon)
		if err != nil {
			return done, err
		}
		return accounts.ConfirmAuthenticator(ctx, s.st, a.User, a.Cookies["session"], token, code)
	})
}

// halfway is somebody who knows the owner's password, and is asked for the second factor.
func (s *seeder) halfway(ctx context.Context) error {
	entry, err := accounts.SignIn(ctx, s.lately(), s.Actors[Owner].Email, password, "a third browser")
	s.Actors[Halfway] = &Actor{Name: Halfway, Cookies: map[string]string{"step": entry.Step}}
	return err
}
