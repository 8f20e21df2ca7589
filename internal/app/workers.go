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
func (with work) workers(watch jobs.Watch) *jobs.Workers {
	w := jobs.New(with.store, watch)
	jobs.ForOrganization(w, func(ctx context.Context, o jobs.Organization, try jobs.Try[mail.OrganizationMail]) error {
		branding, err := logo.MailBranding(ctx, with.library, o.Scope, o.Organization)
		if err != nil { // the mail is worth more than its picture
			watch.Log.WarnContext(ctx, "a mail goes without its logo", "error", err)
		}
		return ended(with.mailer.Deliver(ctx, o.Scope, branding, try.Args, mail.Try{Number: try.Number, Last: try.Last}))
	})
	jobs.ForNobody(w, func(ctx context.Context, try jobs.Try[mail.AccountMail]) error {
		return ended(with.mailer.DeliverToPerson(ctx, organizations.Organization{Name: "Craftplan", BrandColor: organizations.DefaultBrandColor}.MailBranding(), try.Args))
	})
	jobs.ForOrganization(w, func(ctx context.Context, o jobs.Organization, try jobs.Try[files.Sweep]) error {
		return with.library.Sweep(ctx, o.Scope, try.Args)
	})
	jobs.ForOrganization(w, func(ctx context.Context, o jobs.Organization, try jobs.Try[inventory.CostsChanged]) error {
		return with.store.Update(ctx, o.Scope, func(tx *store.Tx) error { return catalog.MaterialsChanged(ctx, tx, try.Args) })
	})
	jobs.ForOrganization(w, func(ctx context.Context, o jobs.Organization, try jobs.Try[settings.RatesChanged]) error {
		return with.store.Update(ctx, o.Scope, func(tx *store.Tx) error { return catalog.RatesChanged(ctx, tx, try.Args) })
	})
	jobs.ForOrganization(w, func(ctx context.Context, o jobs.Organization, try jobs.Try[importing.Work]) error {
		// It acts as the person who asked for it may act now. Who was removed meanwhile may nothing.
		_, scope, err := organizations.Resolve(ctx, with.store, o.Slug, try.Args.By)
		if fault.Is(err, fault.KindNotFound) {
			return with.imports.GiveUp(ctx, o.Scope, try.Args.Import, fault.Conflict("Whoever started it is no member any more."))
		}
		if err != nil {
			return err
		}
		return with.imports.Run(ctx, scope, try.Args, try.Last)
	})
	jobs.ForOrganization(w, func(ctx context.Context, o jobs.Organization, try jobs.Try[importing.Expire]) error {
		return with.imports.Expire(ctx, o.Scope, try.Args)
	})
	jobs.EvenAtRest(w, func(ctx context.Context, o jobs.Organization, try jobs.Try[takeout.Make]) error {
		_, scope, err := organizations.Resolve(ctx, with.store, o.Slug, try.Args.By)
		if fault.Is(err, fault.KindNotFound) {
			return with.office.GiveUp(ctx, o.Scope, try.Args, fault.Conflict("Whoever asked for it is no member any more."))
		}
		if err != nil {
			return err
		}
		return with.office.Make(ctx, o.Organization, scope, try.Args, try.Number)
	})
	jobs.EvenAtRest(w, func(ctx context.Context, o jobs.Organization, try jobs.Try[takeout.Expire]) error {
		return with.office.Expire(ctx, o.Scope, try.Args)
	})
	jobs.EveryNext(w, 10*time.Minute, digest.Sweep{})
	jobs.ForNobody(w, func(ctx context.Context, _ jobs.Try[digest.Sweep]) error {
		return digest.LeaveMornings(ctx, with.store)
	})
	jobs.ForOrganization(w, func(ctx context.Context, o jobs.Organization, _ jobs.Try[digest.Morning]) error {
		return digest.Send(ctx, with.store, o.Organization, o.Scope)
	})
	jobs.Every(w, time.Hour, organizations.ClosingCheck{})
	jobs.ForNobody(w, func(ctx context.Context, _ jobs.Try[organizations.ClosingCheck]) error {
		return organizations.CheckClosing(ctx, with.store)
	})
	if with.daily != nil {
		jobs.Every(w, time.Hour, takeout.DailyBackup{})
	}
	jobs.ForNobody(w, func(ctx context.Context, _ jobs.Try[takeout.DailyBackup]) error {
		if with.daily == nil { // it was left before the host changed its mind
			return nil
		}
		return with.daily.Look(ctx)
	})
	if with.schedule != nil {
		jobs.Every(w, 10*time.Minute, takeout.ScheduleSweep{})
	}
	jobs.ForNobody(w, func(ctx context.Context, _ jobs.Try[takeout.ScheduleSweep]) error {
		if with.schedule == nil {
			return nil
		}
		return with.schedule.Leave(ctx)
	})
	jobs.ForOrganization(w, func(ctx context.Context, o jobs.Organization, _ jobs.Try[takeout.Scheduled]) error {
		if with.schedule == nil {
			return nil
		}
		return with.schedule.Carry(ctx, o.Organization, o.Scope)
	})
	remover := organizations.Remover{Store: with.store, Contents: with.library.DeleteAll}
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
