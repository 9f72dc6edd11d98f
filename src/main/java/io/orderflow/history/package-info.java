/** What happened to an aggregate, from the journal, in the business's words. Knows no business. */
package io.orderflow.history;
