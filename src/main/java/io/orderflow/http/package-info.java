/** The base of all HTTP routes: problem+json, strict JSON, request preferences and the server's binding. Contains no business logic. */
package io.orderflow.http;
