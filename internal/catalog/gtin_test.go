package catalog

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// The numbers are examples of GS1 and of books; each with one digit changed is refused.
func TestCheckGTIN(t *testing.T) {
	for _, right := range []string{"", "4006381333931", "6291041500213", "036000291452", "96385074", "10614141000415", "9780306406157"} {
		if err := checkGTIN(right); err != nil {
			t.Errorf("%s: %v", right, err)
		}
	}
	for _, wrong := range []string{"4006381333932", "400638133393", "4006381333 93", "40063813339x1", "1", "123456789012345", "٤006381333931"} {
		if err := checkGTIN(wrong); err == nil {
			t.Errorf("%s is a number", wrong)
		}
	}
}

func TestCheckDigitFindsOneWrongDigit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := fmt.Sprintf("%012d", rapid.Int64Range(0, 999_999_999_999).Draw(t, "digits"))
		number := []byte(digits + string(checkDigit(digits)))
		at := rapid.IntRange(0, 12).Draw(t, "at")
		number[at] = '0' + (number[at]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if checkGTIN(string(number)) == nil {
			t.Fatalf("%s has the check digit of %s", number, digits)
		}
	})
}
