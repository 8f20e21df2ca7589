-- +goose Up
CREATE TABLE settings (
  organization_id org_text NOT NULL PRIMARY KEY REFERENCES organizations (id),
  tax_mode text NOT NULL CHECK (tax_mode IN ('exclusive', 'inclusive')),
  tax_rate bigint NOT NULL CHECK (tax_rate BETWEEN 0 AND 1000000), -- millionths: 0.21 is 210000
  lead_time_days bigint NOT NULL CHECK (lead_time_days >= 0),
  daily_capacity bigint NOT NULL CHECK (daily_capacity >= 0), -- orders a day, 0 is unlimited
  shipping_flat money_int NOT NULL CHECK (shipping_flat >= 0),
  labor_hourly_rate money_int NOT NULL CHECK (labor_hourly_rate >= 0),
  overhead_rate bigint NOT NULL CHECK (overhead_rate >= 0), -- millionths of material and labor
  updated_at ts_text NOT NULL
);

-- The next number of each kind of reference, by year; 0 where numbers do not start again each year.
CREATE TABLE sequences (
  organization_id org_text NOT NULL REFERENCES organizations (id),
  name text NOT NULL,
  year bigint NOT NULL,
  next_value bigint NOT NULL CHECK (next_value >= 1),
  PRIMARY KEY (organization_id, name, year)
);

-- +goose Down
DROP TABLE sequences;
DROP TABLE settings;
