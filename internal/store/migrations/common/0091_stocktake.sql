-- +goose Up
-- What stock stands in while it is weighed.
CREATE TABLE containers (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  name text NOT NULL,
  tare qty_int NOT NULL CHECK (tare >= 0), -- grams
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, name)
);

-- A stocktake: what was chosen to be counted, as it stood when it began.
CREATE TABLE counts (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  reference text NOT NULL,
  status text NOT NULL CHECK (status IN ('open', 'approved', 'cancelled')),
  blind boolean NOT NULL, -- who counts is not shown what is expected
  scope text NOT NULL, -- what was chosen, in words
  started_at ts_text NOT NULL, -- the snapshot
  started_by uuid_text NOT NULL,
  ended_at ts_text, -- approved or cancelled
  ended_by uuid_text,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, reference),
  FOREIGN KEY (organization_id, started_by) REFERENCES memberships (organization_id, user_id),
  FOREIGN KEY (organization_id, ended_by) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX counts_newest ON counts (organization_id, started_at, id);

-- What a lot had at a location when the count began, and what was found there at some moment since.
CREATE TABLE count_lines (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  count_id uuid_text NOT NULL,
  position bigint NOT NULL,
  item_id uuid_text NOT NULL,
  lot_id uuid_text NOT NULL,
  location_id uuid_text NOT NULL,
  expected qty_int NOT NULL, -- at the snapshot
  counted qty_int CHECK (counted >= 0), -- NULL until it is counted
  counted_at ts_text, -- what moved before is in the count, what moved after is not
  counted_by uuid_text,
  weighed text NOT NULL, -- how it was weighed; '' when it was not
  reason text NOT NULL,
  revision bigint NOT NULL, -- how often it was counted
  difference qty_int, -- what the approval posted, and what that was worth
  difference_value money_int,
  PRIMARY KEY (organization_id, count_id, position),
  UNIQUE (organization_id, count_id, lot_id, location_id),
  CHECK ((counted IS NULL) = (counted_at IS NULL)),
  FOREIGN KEY (organization_id, count_id) REFERENCES counts (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, item_id, lot_id) REFERENCES lots (organization_id, item_id, id),
  FOREIGN KEY (organization_id, location_id) REFERENCES locations (organization_id, id),
  FOREIGN KEY (organization_id, counted_by) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX count_lines_lot ON count_lines (organization_id, lot_id);

-- +goose Down
DROP TABLE count_lines;
DROP TABLE counts;
DROP TABLE containers;
