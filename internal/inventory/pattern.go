package inventory

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/settings"
	"craftplan/internal/store"
)

// Pattern is how lot codes are made: text with holes, such as L-{yyyy}-{0000} or {sku}-{yymmdd}-{00}. The hole of zeros is a number
// of at least so many digits, which starts again whenever the rest of the code changes.
type Pattern string

var (
	hole    = regexp.MustCompile(`\{[^{}]*\}`)
	counter = regexp.MustCompile(`^\{0{1,9}\}$`)
	between = regexp.MustCompile(`^[A-Za-z0-9._/ -]*$`)
)

// The holes a day fills, by the layout of package time; {ddd} is the day of the year.
var dayHoles = map[string]string{"{yyyy}": "2006", "{yy}": "06", "{mm}": "01", "{dd}": "02", "{ddd}": "002", "{yymmdd}": "060102", "{yyyymmdd}": "20060102"}

const maxPattern = 40

// Check tells in words for the field whether codes can be made by the pattern.
func (p Pattern) Check() error {
	if text := string(p); len(text) > maxPattern || text != strings.TrimSpace(text) {
		return fmt.Errorf("Use at most %d characters, without spaces at the ends.", maxPattern)
	}
	numbers := 0
	for _, h := range hole.FindAllString(string(p), -1) {
		switch {
		case counter.MatchString(h):
			numbers++
		case h != "{sku}" && dayHoles[h] == "":
			return fmt.Errorf("%s is not known. Use {yyyy}, {yy}, {mm}, {dd}, {ddd}, {yymmdd}, {yyyymmdd}, {sku} and one number such as {0000}.", h)
		}
	}
	if !between.MatchString(hole.ReplaceAllString(string(p), "")) {
		return errors.New("Between the braces use letters, digits, spaces, and . _ / - only.")
	}
	if numbers != 1 {
		return errors.New("Use exactly one number, such as {0000}, so that no two lots get the same code.")
	}
	return nil
}

// Code is the code of the nth lot of its series.
func (p Pattern) Code(sku string, day calendar.Date, n int64) string {
	return p.fill(sku, day, func(h string) string { return fmt.Sprintf("%0*d", len(h)-2, n) })
}

// series names the codes that differ in nothing but their number.
func (p Pattern) series(sku string, day calendar.Date) string {
	return "lot " + p.fill(sku, day, func(string) string { return "#" })
}

func (p Pattern) fill(sku string, day calendar.Date, number func(string) string) string {
	return hole.ReplaceAllStringFunc(string(p), func(h string) string {
		switch {
		case h == "{sku}":
			return sku
		case counter.MatchString(h):
			return number(h)
		}
		return day.Format(dayHoles[h])
	})
}

// nextCode is the next code by the organization's pattern that no lot has.
func (s Settings) nextCode(ctx context.Context, tx *store.Tx, sku string, day calendar.Date) (string, error) {
	for {
		n, err := settings.NextNumber(ctx, tx, s.LotPattern.series(sku, day), 0)
		if err != nil {
			return "", err
		}
		code := s.LotPattern.Code(sku, day, n)
		taken, err := db.For(tx).LotTaken(ctx, db.LotTakenIn{Code: code})
		if err != nil || taken == 0 {
			return code, err
		}
	}
}

const maxCode = 60

// CheckCode tells in words for the field whether the text may be the code of a lot: it is written on labels and into addresses.
func CheckCode(code string) error {
	switch {
	case utf8.RuneCountInString(code) > maxCode:
		return fault.Invalid("lot", fmt.Sprintf("Use at most %d characters.", maxCode))
	case strings.ContainsFunc(code, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fault.Invalid("lot", "Use printable characters only.")
	case code != "" && strings.Trim(code, ".") == "":
		return fault.Invalid("lot", "Use letters or digits too.")
	}
	return nil
}

// givenCode is the code somebody gave a lot, checked, or the next of the pattern when nobody did.
func (s Settings) givenCode(ctx context.Context, tx *store.Tx, code, sku string, day calendar.Date) (string, error) {
	code = strings.TrimSpace(code)
	if code == "" {
		return s.nextCode(ctx, tx, sku, day)
	}
	if err := CheckCode(code); err != nil {
		return "", err
	}
	taken, err := db.For(tx).LotTaken(ctx, db.LotTakenIn{Code: code})
	if err == nil && taken > 0 {
		err = fault.Invalid("lot", "There is a lot with this code already.")
	}
	return code, err
}

// freeCode is the code, with a number after it where another lot has it.
func freeCode(ctx context.Context, tx *store.Tx, code string) (string, error) {
	free := code
	for n := 2; ; n++ {
		taken, err := db.For(tx).LotTaken(ctx, db.LotTakenIn{Code: free})
		if err != nil || taken == 0 {
			return free, err
		}
		free = fmt.Sprintf("%s-%d", code, n)
	}
}
