-- +goose Up
GRANT SELECT, INSERT, UPDATE, DELETE ON users TO craftplan_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO craftplan_app;
GRANT SELECT, INSERT, UPDATE ON organizations TO craftplan_app;
GRANT SELECT, INSERT ON slugs TO craftplan_app;
GRANT SELECT, INSERT, UPDATE ON memberships TO craftplan_app;
SELECT protect('settings');
SELECT protect('sequences');
SELECT protect('customers');
SELECT protect('addresses');
SELECT protect('materials');
SELECT protect('lots');
SELECT protect('movements');
SELECT protect('products');
SELECT protect('recipes');
SELECT protect('recipe_components');
SELECT protect('labor_steps');
SELECT protect('orders');
SELECT protect('order_lines');
SELECT protect('batches');
SELECT protect('batch_components');
SELECT protect('allocations');
SELECT protect('consumptions');

-- +goose Down
SELECT 1;
