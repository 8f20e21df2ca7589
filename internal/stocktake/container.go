package stocktake

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/quantity"
	"craftplan/internal/stocktake/internal/db"
	"craftplan/internal/store"
)

// Container is what stock stands in while it is weighed.
type Container struct {
	ID   id.ID
	Name string
	Tare quantity.Quantity // grams that it weighs empty
}

// Containers are all containers, by name.
func Containers(ctx context.Context, tx *store.Tx) ([]Container, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).Containers(ctx)
	all := make([]Container, len(rows))
	for i, r := range rows {
		all[i] = Container(r)
	}
	return all, err
}

const maxContainers = 100

func (c Container) validate(ctx context.Context, tx *store.Tx) (Container, error) {
	var p fault.Problems
	c.Name = strings.Join(strings.Fields(c.Name), " ")
	_ = p.Merge(inventory.CheckName(c.Name)) // only Invalid faults
	if c.Tare < 0 || c.Tare > quantity.Max {
		p.Add("tare", "Enter what it weighs empty, such as 450 g.")
	}
	all, err := Containers(ctx, tx)
	if err != nil {
		return c, err
	}
	for _, other := range all {
		if other.ID != c.ID && strings.EqualFold(other.Name, c.Name) {
			p.Add("name", "There is one with this name.")
		}
	}
	if c.ID.IsZero() && len(all) >= maxContainers {
		p.Add("name", fmt.Sprintf("There are %d containers already.", maxContainers))
	}
	return c, p.Err()
}

// AddContainer adds a container. Field names in errors are name and tare.
func AddContainer(ctx context.Context, tx *store.Tx, c Container) error {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return err
	}
	c, err := c.validate(ctx, tx)
	if err != nil {
		return err
	}
	return taken(db.For(tx).CreateContainer(ctx, db.CreateContainerIn{ID: id.New(), Name: c.Name, Tare: c.Tare}))
}

// ChangeContainer corrects a container. What was weighed in it stays as it was noted.
func ChangeContainer(ctx context.Context, tx *store.Tx, c Container) error {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return err
	}
	c, err := c.validate(ctx, tx)
	if err != nil {
		return err
	}
	changed, err := db.For(tx).UpdateContainer(ctx, db.UpdateContainerIn{ID: c.ID, Name: c.Name, Tare: c.Tare})
	if err == nil && changed == 0 {
		return fault.NotFound("container")
	}
	return taken(err)
}

// RemoveContainer removes a container. Counts that used it keep what they noted.
func RemoveContainer(ctx context.Context, tx *store.Tx, which id.ID) error {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return err
	}
	gone, err := db.For(tx).DeleteContainer(ctx, db.DeleteContainerIn{ID: which})
	if err == nil && gone == 0 {
		err = fault.NotFound("container")
	}
	return err
}

// taken says so where somebody else was quicker with a name.
func taken(err error) error {
	if err = store.Translate(err); errors.Is(err, store.ErrUnique) {
		return fault.Invalid("name", "There is one with this name.")
	}
	return err
}

// Net is what stands in the container when both together weigh so much.
func (c Container) Net(gross quantity.Quantity) (quantity.Quantity, error) {
	if gross < c.Tare {
		return 0, fault.Invalid("gross", fmt.Sprintf("%s alone weighs %s.", c.Name, quantity.Input(c.Tare, quantity.Gram)))
	}
	return gross - c.Tare, nil
}
