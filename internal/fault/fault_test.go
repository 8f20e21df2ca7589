package fault

import (
	"errors"
	"fmt"
	"testing"
)

func TestKinds(t *testing.T) {
	cause := errors.New("the driver says no")
	wrapped := fmt.Errorf("while saving: %w", Unavailable("Try again.", cause))
	if KindOf(wrapped) != KindUnavailable || MessageOf(wrapped) != "Try again." || !errors.Is(wrapped, cause) {
		t.Errorf("%v is %d, %q", wrapped, KindOf(wrapped), MessageOf(wrapped))
	}
	if KindOf(cause) != KindInternal || KindOf(nil) == KindNotFound || Is(nil, KindInternal) {
		t.Error("what is no fault is internal, and nil is none")
	}
	if text := MessageOf(cause); text == cause.Error() {
		t.Errorf("the text of an unknown error is shown: %q", text)
	}
}

func TestProblems(t *testing.T) {
	var p Problems
	if p.Err() != nil {
		t.Error("nothing is wrong, and yet")
	}
	p.Add("name", "Enter a name.")
	p.Add("name", "Enter another.")
	if err := p.Merge(Invalid("price", "Enter a price.")); err != nil {
		t.Error(err)
	}
	conflict := Conflict("taken")
	if err := p.Merge(conflict); !errors.Is(err, conflict) {
		t.Errorf("another error is swallowed: %v", err)
	}
	fields := FieldsOf(p.Err())
	if len(fields) != 2 || fields[0] != (Field{"name", "Enter a name."}) || fields[1].Name != "price" || !Is(p.Err(), KindInvalid) {
		t.Errorf("%+v", fields)
	}
}
