-- +goose Up
-- A part of a lot that is on its way from one location to another. Meanwhile it stands at the location of kind transit, where nothing
-- takes from it.
CREATE TABLE transfers (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  id uuid_text NOT NULL,
  reference text NOT NULL,
  item_id uuid_text NOT NULL,
  lot_id uuid_text NOT NULL,
  from_id uuid_text NOT NULL,
  to_id uuid_text NOT NULL,
  quantity qty_int NOT NULL CHECK (quantity > 0), -- stock units
  arrived qty_int CHECK (arrived BETWEEN 0 AND quantity), -- the rest was lost on the way
  note text NOT NULL,
  expected_on date_text, -- in the organization's time zone
  status text NOT NULL CHECK (status IN ('on_way', 'arrived', 'called_back')),
  sent_at ts_text NOT NULL,
  sent_by uuid_text NOT NULL,
  ended_at ts_text,
  ended_by uuid_text,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, reference),
  CHECK ((status = 'on_way') = (ended_at IS NULL)),
  CHECK ((status = 'arrived') = (arrived IS NOT NULL)),
  FOREIGN KEY (organization_id, item_id, lot_id) REFERENCES lots (organization_id, item_id, id),
  FOREIGN KEY (organization_id, from_id) REFERENCES locations (organization_id, id),
  FOREIGN KEY (organization_id, to_id) REFERENCES locations (organization_id, id),
  FOREIGN KEY (organization_id, sent_by) REFERENCES memberships (organization_id, user_id),
  FOREIGN KEY (organization_id, ended_by) REFERENCES memberships (organization_id, user_id)
);
CREATE INDEX transfers_sent ON transfers (organization_id, sent_at, id);
CREATE INDEX transfers_lot ON transfers (organization_id, lot_id);

-- +goose Down
DROP TABLE transfers;
