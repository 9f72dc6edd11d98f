-- A list of orders of all statuses is merged from one range of the other index for each status: an index less to write twice for every order.
DROP INDEX order_summaries_newest;
DROP INDEX customer_orders_newest;
