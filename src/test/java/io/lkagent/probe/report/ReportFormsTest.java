package io.lkagent.probe.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import io.lkagent.probe.Component;
import io.lkagent.probe.Inside;
import io.lkagent.probe.Outcome;
import io.lkagent.probe.Part;
import io.lkagent.probe.ProbeReport;
import io.lkagent.probe.ProbeRun;
import io.lkagent.probe.Results;
import io.lkagent.process.ExitStatus;
import io.lkagent.supervise.StopCause;
import io.lkagent.supervise.StopReason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Each form of a report, by the rules of its form. */
final class ReportFormsTest {
  private static String schema() throws IOException {
    try (InputStream in = JsonReport.class.getResourceAsStream("probe-1.schema.json")) {
      assertNotNull(in);
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** With members that the schema does not know refused, too. */
  private static Set<ValidationMessage> faults(ProbeReport report) throws IOException {
    return faults(Json.write(JsonReport.of(report)));
  }

  private static Set<ValidationMessage> faults(String report) throws IOException {
    String strict =
        schema().replace("\"additionalProperties\": true", "\"additionalProperties\": false");
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(strict)
        .validate(report, InputFormat.JSON);
  }

  private static ProbeReport nothing() {
    return Reports.of(Results.probe().build(), Terms.DEFAULT);
  }

  private static ProbeReport allFailed() {
    return Reports.of(
        Results.probe()
            .failed(
                StopReason.CRASHED, "", new ExitStatus.Signalled(9, "KILL"), "\u001b[31mbad\u0001")
            .build(),
        Terms.DEFAULT);
  }

  private static ProbeReport insideAJvm() {
    return Reports.of(
        Results.probe()
            .warm(180, 184)
            .inside(
                new Inside.Jvm(
                    1_400,
                    1_100,
                    List.of(new Inside.Source("cache", 1_100), new Inside.Source("agent.jar", 300)),
                    true,
                    "/var/cache/job.aot",
                    3,
                    4_500_000))
            .build(),
        Terms.DEFAULT);
  }

  @Test
  void json_insideAJvm_hasItsFigures() {
    JsonObject inside = Json.parseObject(Json.write(JsonReport.of(insideAJvm()))).object("inside");
    assertEquals("jvm", inside.string("kind"));
    assertEquals(1_100, inside.integer("from_cache", 0));
    assertEquals(4.5, inside.real("pause_ms", 0));
    List<String> sources = inside.objects("sources").stream().map(s -> s.string("from")).toList();
    assertEquals(List.of("cache", "agent.jar"), sources);
  }

  /** What a schema permits says nothing unless there is something that it does not. */
  @Test
  void schema_unknownMember_isRefused() throws Exception {
    String report = Json.write(JsonReport.of(insideAJvm()));
    assertEquals(Set.of(), faults(report));
    assertFalse(faults(report.replace("\"pause_ms\"", "\"pauses_ms\"")).isEmpty());
  }

  @Test
  void json_everyReport_isWhatTheSchemaSays() throws Exception {
    for (ProbeReport report :
        List.of(
            Reports.full(),
            Reports.of(Reports.plain(), Terms.DEFAULT),
            nothing(),
            allFailed(),
            insideAJvm())) {
      assertEquals(Set.of(), faults(report));
    }
  }

  @Test
  void schema_everyMember_isInTheDocument() throws IOException {
    String document = Files.readString(Path.of("src/docs/OUTPUT.md"));
    Matcher names = Pattern.compile("\"([a-z0-9_]+)\": \\{").matcher(schema());
    Set<String> missing = new TreeSet<>();
    while (names.find()) {
      if (!document.contains("`" + names.group(1) + "`")) {
        missing.add(names.group(1));
      }
    }
    missing.removeAll(Set.of("properties", "items", "unsigned", "distribution", "module"));
    assertEquals(Set.of(), missing);
  }

  @Test
  void junit_fullReport_hasACaseForEachCheckAndFault() throws Exception {
    Document xml = xml(JunitReport.of(Reports.full()));
    NodeList cases = xml.getElementsByTagName("testcase");
    Set<String> names = new TreeSet<>();
    for (int i = 0; i < cases.getLength(); i++) {
      names.add(((Element) cases.item(i)).getAttribute("name"));
    }
    assertEquals(
        Set.of(
            "starts",
            "ready.p99",
            "component:model.p50",
            "regression of ready.p50",
            "fault hang",
            "fault garbage"),
        names);
    Element suite = (Element) xml.getElementsByTagName("testsuite").item(0);
    assertEquals("6", suite.getAttribute("tests"));
    NodeList failures = xml.getElementsByTagName("failure");
    assertEquals(suite.getAttribute("failures"), Integer.toString(failures.getLength()));
    Map<String, String> texts = new TreeMap<>();
    for (int i = 0; i < failures.getLength(); i++) {
      Element failure = (Element) failures.item(i);
      texts.put(((Element) failure.getParentNode()).getAttribute("name"), failure.getTextContent());
      // Viewers show the one or the other.
      assertEquals(
          failure.getTextContent().lines().findFirst().orElse(""), failure.getAttribute("message"));
    }
    assertTrue(text(texts, "starts").startsWith("≥ 100 %: it is 94.44 % (17 of 18 starts)\n"));
    assertTrue(text(texts, "starts").contains("\n1 × init-failed: exit code 1 before hello"));
    assertTrue(text(texts, "starts").endsWith("No module named 'torch' & <co>"));
    assertEquals("≤ 200 ms: it is 410 ms (4 at once)", text(texts, "ready.p99"));
    assertEquals(
        "expected: protocol-error\nseen: ready\nthe worker would record: not-needed",
        text(texts, "fault garbage"));
    String said = xml.getElementsByTagName("system-out").item(0).getTextContent();
    assertEquals(String.join("\n", TextReport.of(Reports.full(), false, false)), said);
  }

  private static String text(Map<String, String> texts, String name) {
    return texts.getOrDefault(name, "no failure " + name);
  }

  @Test
  void junit_controlCharacters_areLeftOut() throws Exception {
    Document xml = xml(JunitReport.of(allFailed()));
    String text = xml.getElementsByTagName("failure").item(0).getTextContent();
    assertTrue(text.endsWith("  | bad"), text);
  }

  private static Document xml(String text) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void csv_everyStart_isARowWithAllColumns() throws Exception {
    ProbeReport report = Reports.full();
    List<String> rows = CsvReport.of(report.result()).lines().toList();
    assertEquals(report.result().runs().size() + 1, rows.size());
    assertTrue(rows.getFirst().startsWith("number,part,concurrency,ready,reason,exit,spawn_ms,"));
    assertTrue(rows.getFirst().contains(",component:model_ms,"));
    int columns = rows.getFirst().split(",", -1).length;
    rows.forEach(row -> assertEquals(columns, row.split(",", -1).length, row));
  }

  @Test
  void csv_commaQuoteAndNewline_areReadBackAsTheyWere() {
    Results probe = Results.probe();
    String name = "a, \"b\"\r\nc";
    String detail = "said \"no\",\nand went";
    ProbeRun usual = probe.start(Part.WARM, 1, 100);
    probe.warm(
        100,
        run ->
            new ProbeRun(
                run.number(),
                run.part(),
                run.concurrency(),
                run.runtime(),
                run.times(),
                List.of(new Component(name, 0, 7_000_000, true, null)),
                run.pings(),
                run.usage(),
                new Outcome(
                    true,
                    new StopCause(StopReason.NOT_NEEDED, detail),
                    usual.outcome().exit(),
                    List.of(),
                    List.of())));
    List<List<String>> rows = cells(CsvReport.of(probe.build()));
    assertEquals(2, rows.size());
    assertEquals(rows.getFirst().size(), rows.getLast().size());
    int component = rows.getFirst().indexOf("component:" + name + "_ms");
    assertTrue(component > 0, rows.getFirst()::toString);
    assertEquals("7.0", rows.getLast().get(component));
    assertEquals("detail", rows.getFirst().getLast());
    assertEquals(detail, rows.getLast().getLast());
  }

  /** Rows of cells, read by RFC 4180. */
  private static List<List<String>> cells(String csv) {
    List<List<String>> rows = new ArrayList<>();
    List<String> row = new ArrayList<>();
    Matcher cell = Pattern.compile("(?:\"((?:[^\"]|\"\")*)\"|([^\",\r\n]*))(,|\r\n)").matcher(csv);
    int end = 0;
    while (cell.find() && cell.start() == end) {
      end = cell.end();
      row.add(cell.group(1) == null ? cell.group(2) : cell.group(1).replace("\"\"", "\""));
      if (cell.group(3).equals("\r\n")) {
        rows.add(row);
        row = new ArrayList<>();
      }
    }
    assertEquals(csv.length(), end, csv);
    return rows;
  }

  @Test
  void html_anyReport_needsNothingFromElsewhereAndHasNoScript() throws Exception {
    for (ProbeReport report : List.of(Reports.full(), nothing(), allFailed())) {
      String page = HtmlReport.of(report);
      assertFalse(
          page.matches("(?s).*(<script|<link|<img|<iframe|@import|url\\(|https?:|\\ssrc=).*"));
      assertFalse(page.contains("{{"), "a mark of the template is left");
      assertFalse(page.contains("<b>app</b>"), "text became markup");
    }
  }

  @Test
  void html_fullReport_isWellFormed() throws Exception {
    String page =
        HtmlReport.of(Reports.full())
            .replaceFirst("<!doctype html>", "")
            .replaceAll("(<meta[^>]*)>", "$1/>")
            .replace("<details open>", "<details>");
    Document parsed = xml(page);
    assertTrue(parsed.getElementsByTagName("svg").getLength() > 5);
  }
}
