/** Converters for the log configuration. Untrusted text can't forge a log line: each line is an entry of Orderflow itself. */
package io.orderflow.logging;
