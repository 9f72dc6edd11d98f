/** What clients meet: throttles, routes and never falls over. Knows no order; any service that speaks HTTP can stand behind it. */
package io.orderflow.gateway;
