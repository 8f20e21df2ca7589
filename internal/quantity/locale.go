package quantity

import (
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

type localeSigns struct{ point, group string }

var known sync.Map // locale -> localeSigns: asking the library each time costs microseconds a cell

// signs are the decimal and thousands signs of a locale, as the CLDR has them.
func signs(locale string) (point, group string) {
	if s, ok := known.Load(locale); ok {
		return s.(localeSigns).point, s.(localeSigns).group
	}
	tag, err := language.Parse(locale)
	if err != nil {
		tag = language.English
	}
	text := message.NewPrinter(tag).Sprint(number.Decimal(12345.5))
	s := localeSigns{".", ","}
	if parts := strings.FieldsFunc(text, func(r rune) bool { return r >= '0' && r <= '9' }); len(parts) == 2 {
		s = localeSigns{point: parts[1], group: parts[0]}
	}
	known.Store(locale, s)
	return s.point, s.group
}
