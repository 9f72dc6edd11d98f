package io.orderflow.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** A payment provider that answers each token as a spec says; all others as a good provider does. It keeps no ledger. */
public final class FickleProvider implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final Map<String, Integer> charges = new ConcurrentHashMap<>();
  private final Map<String, Integer> refunds = new ConcurrentHashMap<>();
  private final Map<String, String> tokens = new ConcurrentHashMap<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private volatile int outage;

  public FickleProvider() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/charges", call -> {
      JsonNode charge = JSON.readTree(call.getRequestBody());
      String token = charge.path("token").asText();
      tokens.put(charge.path("orderId").asText(), token);
      calls.add("charge " + token + " " + charge.path("orderId").asText());
      answer(call, charges.getOrDefault(token, 200), "{\"transactionId\":\"tx-1\",\"status\":\"succeeded\"}");
    });
    server.createContext("/refunds", call -> {
      String orderId = JSON.readTree(call.getRequestBody()).path("idempotencyKey").asText().replaceFirst("/.*", "");
      String token = tokens.getOrDefault(orderId, "");
      calls.add("refund " + token + " " + orderId);
      answer(call, refunds.getOrDefault(token, 200), "{\"status\":\"refunded\"}");
    });
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** From now on charges of the token are answered with that status. */
  public void charges(String token, int status) {
    charges.put(token, status);
  }

  /** From now on refunds of the token's charges are answered with that status. */
  public void refunds(String token, int status) {
    refunds.put(token, status);
  }

  /** From now on everything is answered with that status; 0 for the end of it. */
  public void outage(int status) {
    outage = status;
  }

  /** The calls so far, such as {@code charge tok_1 order-1}. */
  public List<String> calls() {
    return calls;
  }

  /** How many calls so far begin so. */
  public long callsOf(String beginning) {
    return calls.stream().filter(call -> call.startsWith(beginning + " ")).count();
  }

  private void answer(HttpExchange call, int status, String body) throws IOException {
    call.getResponseHeaders().add("Content-Type", "application/json");
    call.sendResponseHeaders(outage == 0 ? status : outage, body.length());
    call.getResponseBody().write(body.getBytes(UTF_8));
    call.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
