package io.orderflow.shipping;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.http.JsonFields;

/** Where a shipment goes. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Address(String name, String street, String city, String postalCode, String country) {

  private static final int LINE = 200;

  /** Reads it from a client's JSON; every field is required. */
  public static Address read(JsonFields fields) {
    return new Address(fields.text("name", LINE), fields.text("street", LINE), fields.text("city", LINE),
        fields.text("postalCode", 20), fields.text("country", 64));
  }
}
