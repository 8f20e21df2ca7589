package money

import (
	"strconv"
	"strings"
	"sync"

	"craftplan/internal/exact"
)

// frame is what stands around and between the digits of an amount. The library tells it once for a locale and a currency;
// asking it for every amount of a list would cost more than reading the list. Locales that write numbers in another way
// than digits in threes have no frame and ask the library each time.
type frame struct{ before, group, point, after string }

type frameKey struct{ code, locale string }

var frames sync.Map // frameKey -> *frame, nil for none

func frameOf(code, locale string) *frame {
	key := frameKey{code, locale}
	if f, ok := frames.Load(key); ok {
		return f.(*frame)
	}
	f := learn(code, locale)
	frames.Store(key, f)
	return f
}

// learn reads the frame off two amounts: in some locales four digits are not grouped though seven are.
func learn(code, locale string) *frame {
	long, ok := readFrame(library(1_234_567_125_000, code, locale, 3, 3), "1", "234", "567", "125")
	short, okShort := readFrame(library(1_234_125_000, code, locale, 3, 3), "1", "234", "125")
	if !ok || !okShort || long != short {
		return nil
	}
	return &long
}

// readFrame splits a text at the digits expected; false when others are there.
func readFrame(text string, digits ...string) (f frame, ok bool) {
	separators := make([]string, len(digits))
	for i, d := range digits {
		if separators[i], text, ok = strings.Cut(text, d); !ok || strings.ContainsAny(separators[i], "0123456789") {
			return f, false
		}
	}
	last := len(digits) - 1
	f = frame{before: separators[0], group: separators[1], point: separators[last], after: text}
	return f, f.group != "" && f.point != "" && (last < 3 || separators[2] == f.group) && !strings.ContainsAny(f.after, "0123456789")
}

func (f *frame) format(a Amount, minDigits, maxDigits int) string {
	scale := int64(1)
	for range maxDigits {
		scale *= 10
	}
	n, err := exact.MulDiv(int64(a), scale, Micro, exact.HalfUp)
	if err != nil {
		return "?"
	}
	var b strings.Builder
	b.WriteString(f.before)
	f.whole(&b, strconv.FormatInt(n/scale, 10))
	fraction := strconv.FormatInt(n%scale+scale, 10)[1:]
	for len(fraction) > minDigits && fraction[len(fraction)-1] == '0' {
		fraction = fraction[:len(fraction)-1]
	}
	if fraction != "" {
		b.WriteString(f.point)
		b.WriteString(fraction)
	}
	b.WriteString(f.after)
	return b.String()
}

func (f *frame) whole(b *strings.Builder, digits string) {
	for i := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(f.group)
		}
		b.WriteByte(digits[i])
	}
}
