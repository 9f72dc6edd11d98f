/** What all routes share: problem+json, strict JSON, request preferences, the server's binding. Knows no business. */
package io.orderflow.http;
