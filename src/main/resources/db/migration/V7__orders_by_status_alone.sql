-- A list of orders of all statuses is merged from one range of the index by status for each: so there is an index less to write for every
-- order, twice.
DROP INDEX order_summaries_newest;
DROP INDEX customer_orders_newest;
