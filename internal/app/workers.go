package app

import (
	"context"
	"errors"
	"time"

	"craftplan/internal/catalog"
	"craftplan/internal/digest"
	"craftplan/internal/fault"
	"craftplan/internal/files"
	"craftplan/internal/importing"
	"craftplan/internal/inventory"
	"craftplan/internal/jobs"
	"craftplan/internal/logo"
	"craftplan/internal/mail"
	"craftplan/internal/organizations"
	"craftplan/internal/settings"
	"craftplan/internal/store"
	"craftplan/internal/takeout"
)

// work is what the program does its jobs with.
type work struct {
	store    *store.Store
	mailer   *mail.Mailer
	library  *files.Library
	imports  *importing.Desk
	office   *takeout.Office
	daily    *takeout.Daily    // nil is none
	schedule *takeout.Schedule // nil is none
}

// workers are all jobs of the program.
func (o work) workers(watch jobs.Watch) *jobs.Workers {
	st, mailer, library, desk, office := o.store, o.mailer, o.library, o.imports, o.office
	w := jobs.New(st, watch)
	jobs.ForOrganization(w, func(ctx context.Context, o jobs.Organization, try jobs.Try[mail.OrganizationMail]) error {
		branding, err := logo.MailBranding(ctx, library, o.Scope, o.Organization)
		if err != nil { // the mail is worth more than its picture
			watch.Log.WarnContext(ctx, "a mail goes without its logo", "error", err)
		}
		return ended(mailer.Deliver(ctx, o.Scope, branding, try.Args, mail.Try{Number: try.Number, Last: try.Last}))
	})
	jobs.ForNobody(w, func(ctx context.Context, try jobs.Try[mail.AccountMail]) error {
		return ended(mailer.DeliverToPerson(ctx, organizations.Organization{Name: "Craftplan", BrandColor: organizations.DefaultBrandColor}.MailBranding(), try.Args))
	})
	jobs.ForOrganization(w, func(ctx context.Context, o jobs.Organization, try jobs.Try[files.Sweep]) error {
		return library.Sweep(ctx, o.Scope, try.Args)
	})
	jobs.ForOrganization(w, func(ctx context.Context, o jobs.Organization, try jobs.Try[inventory.CostsChanged]) error {
		return st.Update(ctx, o.Scope, func(tx *store.Tx) error { return catalog.MaterialsChanged(ctx, tx, try.Args) })
	})
	jobs.ForOrganization(w, func(ctx context.Context, o jobs.Organization, try jobs.Try[settings.RatesChanged]) error {
		return st.Update(ctx, o.Scope, func(tx *store.Tx) error { return catalog.RatesChanged(ctx, tx, try.Args) })
	})
	jobs.ForOrganization(w, func(ctx context.Context, o jobs.Organization, try jobs.Try[importing.Work]) error {
		// It acts as the person who asked for it may act now. Who was removed meanwhile may nothing.
		_, scope, err := organizations.Resolve(ctx, st, o.Slug, try.Args.By)
		if fault.Is(err, fault.KindNotFound) {
			return desk.GiveUp(ctx, o.Scope, try.Args.Import, fault.Conflict("Whoever started it is no member any more."))
		}
		if err != nil {
			return err
		}
		return desk.Run(ctx, scope, try.Args, try.Last)
	})
	jobs.ForOrganization(w, func(ctx context.Context, o jobs.Organization, try jobs.Try[importing.Expire]) error {
		return desk.Expire(ctx, o.Scope, try.Args)
	})
	jobs.EvenAtRest(w, func(ctx context.Context, o jobs.Organization, try jobs.Try[takeout.Make]) error {
		_, scope, err := organizations.Resolve(ctx, st, o.Slug, try.Args.By)
		if fault.Is(err, fault.KindNotFound) {
			return office.GiveUp(ctx, o.Scope, try.Args, fault.Conflict("Whoever asked for it is no member any more."))
		}
		if err != nil {
			return err
		}
		return office.Make(ctx, o.Organization, scope, try.Args, try.Number)
	})
	jobs.EvenAtRest(w, func(ctx context.Context, o jobs.Organization, try jobs.Try[takeout.Expire]) error {
		return office.Expire(ctx, o.Scope, try.Args)
	})
	jobs.EveryNext(w, 10*time.Minute, digest.Sweep{})
	jobs.ForNobody(w, func(ctx context.Context, _ jobs.Try[digest.Sweep]) error { return digest.LeaveMornings(ctx, st) })
	jobs.ForOrganization(w, func(ctx context.Context, o jobs.Organization, _ jobs.Try[digest.Morning]) error {
		return digest.Send(ctx, st, o.Organization, o.Scope)
	})
	jobs.Every(w, time.Hour, organizations.ClosingCheck{})
	jobs.ForNobody(w, func(ctx context.Context, _ jobs.Try[organizations.ClosingCheck]) error {
		return organizations.CheckClosing(ctx, st)
	})
	if o.daily != nil {
		jobs.Every(w, time.Hour, takeout.DailyBackup{})
	}
	jobs.ForNobody(w, func(ctx context.Context, _ jobs.Try[takeout.DailyBackup]) error {
		if o.daily == nil { // it was left before the host changed its mind
			return nil
		}
		return o.daily.Look(ctx)
	})
	if o.schedule != nil {
		jobs.Every(w, 10*time.Minute, takeout.ScheduleSweep{})
	}
	jobs.ForNobody(w, func(ctx context.Context, _ jobs.Try[takeout.ScheduleSweep]) error {
		if o.schedule == nil {
			return nil
		}
		return o.schedule.Leave(ctx)
	})
	schedule := o.schedule
	jobs.ForOrganization(w, func(ctx context.Context, o jobs.Organization, _ jobs.Try[takeout.Scheduled]) error {
		if schedule == nil {
			return nil
		}
		return schedule.Carry(ctx, o.Organization, o.Scope)
	})
	remover := organizations.Remover{Store: st, Contents: library.DeleteAll}
	jobs.ForNobody(w, func(ctx context.Context, try jobs.Try[organizations.Removal]) error {
		err := remover.Remove(ctx, try.Args.Organization)
		if errors.Is(err, organizations.ErrUnfinished) {
			return jobs.Again()
		}
		return err
	})
	return w
}

// ended ends a job whose mail will never be taken.
func ended(err error) error {
	if errors.Is(err, mail.ErrRefused) {
		return jobs.GiveUp(err)
	}
	return err
}
