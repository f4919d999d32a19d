import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What the JDBC driver sees of a synced site, as a JSON document. Usage: Reader.java HOST HTTP-PORT. */
public class Reader {
  private static final String ECHO = "O'Neil \\ 行政\n处罚\t。";
  private static final String RUNNING =
      "SELECT count() FROM system.processes WHERE query LIKE '%ignore(''java'')%' AND query NOT LIKE '%processes%'";

  public static void main(String[] args) throws Exception {
    String url = "jdbc:clickhouse://" + args[0] + ":" + args[1] + "/credit";
    StringBuilder out = new StringBuilder("{");
    try (Connection c = DriverManager.getConnection(url, "default", "")) {
      out.append("\"rows\":").append(rows(c));
      counted(c, out);
      try (Statement s = c.createStatement()) {
        s.executeQuery("SELECT * FROM credit.nothing");
      } catch (SQLException e) {
        out.append(",\"exception\":").append(text("Code: " + e.getErrorCode() + ". " + e.getMessage()));
      }
      insert(c);
      out.append(",\"cancelled\":").append(cancel(c, url)).append("}");
    }
    new PrintStream(System.out, true, StandardCharsets.UTF_8).print(out);
  }

  private static String rows(Connection c) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement s = c.createStatement();
        ResultSet r =
            s.executeQuery(
                "SELECT record_id, subject_name, decision_date, fine_wanyuan, splitByString('〔', decision_no) AS parts, ingested_at"
                    + " FROM admin_penalty ORDER BY record_id LIMIT 50")) {
      while (r.next()) {
        BigDecimal fine = r.getBigDecimal(4);
        rows.add(
            "[" + text(r.getString(1)) + "," + text(r.getString(2)) + "," + text(r.getObject(3, LocalDate.class).toString()) + ","
                + (fine == null ? "null" : text(fine.setScale(6).toPlainString())) + "," + list(r.getArray(5)) + ","
                + r.getObject(6, ZonedDateTime.class).toInstant().toEpochMilli() + "]");
      }
    }
    return "[" + String.join(",", rows) + "]";
  }

  private static String list(Array array) throws SQLException {
    List<String> parts = new ArrayList<>();
    for (Object part : (Object[]) array.getArray()) {
      parts.add(text((String) part));
    }
    return "[" + String.join(",", parts) + "]";
  }

  private static void counted(Connection c, StringBuilder out) throws SQLException {
    try (PreparedStatement s = c.prepareStatement("SELECT count(), ? FROM admin_penalty WHERE decision_date >= ? AND subject_name != ?")) {
      s.setString(1, ECHO);
      s.setObject(2, LocalDate.of(2016, 1, 1));
      s.setString(3, ECHO);
      try (ResultSet r = s.executeQuery()) {
        r.next();
        out.append(",\"counted\":").append(r.getLong(1)).append(",\"echo\":").append(text(r.getString(2)));
      }
    }
  }

  private static void insert(Connection c) throws SQLException {
    try (Statement s = c.createStatement()) {
      s.execute(
          "CREATE TABLE scratch.java (id UInt32, name String, day Date32, amount Decimal(18, 6), note Nullable(String), list Array(String))"
              + " ENGINE = MergeTree ORDER BY id");
    }
    try (PreparedStatement s = c.prepareStatement("INSERT INTO scratch.java (id, name, day, amount, note, list) VALUES (?, ?, ?, ?, ?, ?)")) {
      Object[][] rows = {
        {1, "第一行", LocalDate.of(2024, 2, 29), new BigDecimal("1.000001"), null, new String[] {"甲", "乙"}},
        {2, "it's \\ \t", LocalDate.of(1931, 1, 1), new BigDecimal("-0.5"), "x", new String[] {}},
        {3, "", LocalDate.of(2099, 12, 31), new BigDecimal("123456789012.345678"), null, new String[] {""}},
      };
      for (Object[] row : rows) {
        for (int i = 0; i < row.length; i++) {
          s.setObject(i + 1, row[i]);
        }
        s.addBatch();
      }
      s.executeBatch();
    }
  }

  private static boolean cancel(Connection c, String url) throws Exception {
    try (Connection own = DriverManager.getConnection(url, "default", "");
        Statement s = own.createStatement()) {
      CompletableFuture<Boolean> ended =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  s.executeQuery("SELECT count() FROM numbers(100000000000000) WHERE NOT ignore('java') SETTINGS max_threads = 1");
                  return false;
                } catch (SQLException e) {
                  return true;
                }
              });
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(240);
      while (!isRunning(c)) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("the long query is not running");
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
      s.cancel();
      return ended.get(240, TimeUnit.SECONDS);
    }
  }

  private static boolean isRunning(Connection c) throws SQLException {
    try (Statement s = c.createStatement();
        ResultSet r = s.executeQuery(RUNNING)) {
      return r.next() && r.getLong(1) > 0;
    }
  }

  /** A JSON string. */
  private static String text(String s) {
    StringBuilder b = new StringBuilder("\"");
    for (char c : s.toCharArray()) {
      if (c == '"' || c == '\\') {
        b.append('\\').append(c);
      } else if (c < ' ') {
        b.append(String.format("\\u%04x", (int) c));
      } else {
        b.append(c);
      }
    }
    return b.append('"').toString();
  }
}
