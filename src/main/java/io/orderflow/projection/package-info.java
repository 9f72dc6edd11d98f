/** The projection engine: fills tables from the journal, exactly once, and rebuilds them on request. Independent of business packages. */
package io.orderflow.projection;
