package catalog

import (
	"errors"
	"fmt"
	"strings"
)

// checkGTIN tells in words for the field whether a number may be in a barcode: it has 8, 12, 13 or 14 digits, the last of which follows
// from the others (GS1 General Specifications, section 7.9). "" is none.
func checkGTIN(number string) error {
	if number == "" {
		return nil
	}
	if n := len(number); strings.Trim(number, "0123456789") != "" || n != 8 && n != 12 && n != 13 && n != 14 {
		return errors.New("Enter the 8, 12, 13 or 14 digits of a GTIN, such as 4006381333931.")
	}
	if want := checkDigit(number[:len(number)-1]); number[len(number)-1] != want {
		return fmt.Errorf("The last digit does not fit: with the others it would be %c. Check the number.", want)
	}
	return nil
}

// checkDigit is the last digit of a number: from the right, digits count three times and once by turns, up to the next ten.
func checkDigit(digits string) byte {
	sum := 0
	for i := range digits {
		weight := 3
		if i%2 == 1 {
			weight = 1
		}
		sum += weight * int(digits[len(digits)-1-i]-'0')
	}
	return '0' + byte((10-sum%10)%10)
}
