/** The projection engine: views that are filled from the journal, exactly once, and can be filled again. Knows no business. */
package io.orderflow.projection;
