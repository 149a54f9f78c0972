package io.lkagent.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The jobs in examples/ci are YAML of the right shape; InstallTest runs their commands. */
final class CiExamplesTest {
  private static final Path FOLDER = Path.of("examples/ci");
  private static final String COMMAND = "lkagent/examples/ci/check-init.sh --python app.py";

  @Test
  void github_isAWorkflowThatRunsTheCheck() throws IOException {
    JsonNode workflow = read("github.yml");
    assertTrue(workflow.has("on"), workflow::toString);
    JsonNode job = workflow.path("jobs").path("init");
    assertTrue(job.path("runs-on").isTextual(), job::toString);
    int checks = 0;
    for (JsonNode step : job.path("steps")) {
      assertTrue(step.has("uses") != step.has("run"), step::toString);
      checks += step.path("run").asText().equals(COMMAND) ? 1 : 0;
    }
    assertEquals(1, checks, job::toString);
  }

  @Test
  void gitlab_isAJobThatRunsTheCheckAndKeepsItsReport() throws IOException {
    JsonNode job = read("gitlab.yml").path("agent-init");
    assertEquals(COMMAND, job.path("script").path(0).asText(), job::toString);
    assertEquals(1, job.path("script").size(), job::toString);
    job.path("before_script").forEach(line -> assertTrue(line.isTextual(), line::toString));
    assertEquals(
        "init-reports/init.xml", job.path("artifacts").path("reports").path("junit").asText());
  }

  private static JsonNode read(String file) throws IOException {
    return new YAMLMapper().readTree(FOLDER.resolve(file).toFile());
  }
}
