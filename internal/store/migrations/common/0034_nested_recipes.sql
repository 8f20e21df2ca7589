-- +goose Up
-- Of the pieces a recipe makes, the millionths that do not come out: what boils away, sticks or breaks. 50000 is 5 %.
ALTER TABLE recipes ADD COLUMN loss bigint NOT NULL DEFAULT 0 CHECK (loss >= 0 AND loss < 1000000);

-- The work of a batch, frozen when it starts: that of its recipe, and of the recipes of products in it.
CREATE TABLE batch_steps (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  batch_id uuid_text NOT NULL,
  position bigint NOT NULL,
  product_id uuid_text NOT NULL, -- whose recipe it is
  name text NOT NULL,
  minutes qty_int NOT NULL CHECK (minutes >= 0), -- for so many pieces of the batch:
  pieces qty_int NOT NULL CHECK (pieces > 0),
  hourly_rate money_int CHECK (hourly_rate >= 0), -- instead of the organization's
  cost money_int NOT NULL, -- written at completion
  PRIMARY KEY (organization_id, batch_id, position),
  FOREIGN KEY (organization_id, batch_id) REFERENCES batches (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, product_id) REFERENCES products (organization_id, id)
);

-- +goose Down
DROP TABLE batch_steps;
ALTER TABLE recipes DROP COLUMN loss;
