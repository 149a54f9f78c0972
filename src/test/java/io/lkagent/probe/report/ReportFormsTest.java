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
import io.lkagent.probe.ProbeReport;
import io.lkagent.probe.Results;
import io.lkagent.process.ExitStatus;
import io.lkagent.supervise.StopReason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
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
    String strict =
        schema().replace("\"additionalProperties\": true", "\"additionalProperties\": false");
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(strict)
        .validate(Json.write(JsonReport.of(report)), InputFormat.JSON);
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

  @Test
  void json_everyReport_isWhatTheSchemaSays() throws Exception {
    for (ProbeReport report :
        List.of(
            Reports.full(), Reports.of(Reports.plain(), Terms.DEFAULT), nothing(), allFailed())) {
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
    assertTrue(failures.item(0).getTextContent().contains("No module named 'torch' & <co>"));
  }

  @Test
  void junit_controlCharacters_areLeftOut() throws Exception {
    xml(JunitReport.of(allFailed()));
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
