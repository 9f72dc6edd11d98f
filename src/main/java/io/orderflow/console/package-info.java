/** The operators' console: its pages, and the endpoints under {@code /ops} that they need. It knows all services, and none knows it. */
package io.orderflow.console;
