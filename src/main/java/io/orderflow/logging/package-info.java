/** What the log's configuration uses, so that a line of the log is one fact of this program's, whatever text of others stands in it. */
package io.orderflow.logging;
