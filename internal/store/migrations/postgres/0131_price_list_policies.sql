-- +goose Up
SELECT protect('customer_groups');
SELECT protect('customer_group_members');
SELECT protect('price_lists');
SELECT protect('price_list_rows');

-- +goose Down
SELECT 1;
