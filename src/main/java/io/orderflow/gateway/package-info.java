/**
 * The API gateway: limits, routes and forwards client requests, and withstands overload. It knows nothing of orders; any HTTP service can be behind
 * it.
 */
package io.orderflow.gateway;
