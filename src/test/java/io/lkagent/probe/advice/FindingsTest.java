package io.lkagent.probe.advice;

import static io.lkagent.probe.advice.Profile.nanos;
import static io.lkagent.probe.advice.Profile.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.probe.Family;
import io.lkagent.probe.Finding;
import io.lkagent.probe.Finding.Severity;
import io.lkagent.probe.Inside;
import io.lkagent.probe.Limits;
import io.lkagent.probe.Part;
import io.lkagent.process.ExitStatus;
import io.lkagent.supervise.StopReason;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class FindingsTest {
  private static final Pattern FIGURE = Pattern.compile("\\d");

  private static List<Finding> of(Profile profile) {
    List<Finding> all = Findings.of(profile.result());
    all.forEach(each -> assertTrue(FIGURE.matcher(each.what()).find(), "no figure: " + each));
    all.forEach(each -> assertTrue(each.remedy().length() > 10, "no remedy: " + each));
    return all;
  }

  private static List<String> ids(Profile profile) {
    return of(profile).stream().map(Finding::id).toList();
  }

  private static Finding only(Profile profile) {
    List<Finding> all = of(profile);
    assertEquals(1, all.size(), all.toString());
    return all.getFirst();
  }

  private static void says(String words, Finding finding) {
    assertTrue(finding.what().contains(words), finding.what());
  }

  private static Inside.Imports imports(Family family, long total, Inside.Share... shares) {
    long framework =
        List.of(shares).stream()
            .filter(Inside.Share::framework)
            .mapToLong(Inside.Share::ownNanos)
            .sum();
    return new Inside.Imports(family, List.of(), List.of(shares), 100, nanos(total), framework);
  }

  private static Inside.Share share(String part, long own, long total) {
    return new Inside.Share(part, part.startsWith("livekit"), 10, nanos(own), nanos(total));
  }

  @Test
  void of_healthyAgent_findsNothing() {
    assertEquals(List.of(), of(new Profile().with(10, run().critical("a", 50, 100))));
  }

  @Test
  void of_startsThatAllEndAlike_isACrashLoopFirst() {
    Finding found =
        only(
            new Profile()
                .with(
                    6,
                    run()
                        .failed(
                            StopReason.INIT_FAILED,
                            "ended during its init: exit code 3",
                            new ExitStatus.Exited(3),
                            "Traceback",
                            "KeyError: 'MODEL'")));
    assertEquals("crash-loop", found.id());
    assertEquals(Severity.ERROR, found.severity());
    says("all 6 starts failed", found);
    says("exit code 3", found);
    says("it said hello after 50 ms, and no component ended", found);
    says("KeyError: 'MODEL'", found);
  }

  @Test
  void of_startsThatHangAlike_saysHowFarTheyCame() {
    Finding found =
        only(
            new Profile()
                .with(
                    3,
                    run()
                        .times(40, 50, 10_000)
                        .critical("config", 50, 60)
                        .failed(StopReason.INIT_TIMEOUT, "not ready within 10 s", null)));
    assertEquals("crash-loop", found.id());
    says("`config` ended last", found);
  }

  @Test
  void of_someFailures_countsThemByCause() {
    Finding found =
        of(new Profile()
                .with(7, run())
                .with(2, run().failed(StopReason.CRASHED, "", new ExitStatus.Exited(1)))
                .with(1, run().failed(StopReason.INIT_TIMEOUT, "not ready within 10 s", null)))
            .getFirst();
    assertEquals("starts-fail", found.id());
    says("3 of 10 starts failed: 2 × crashed, exit code 1, 1 × init-timeout", found);
  }

  @Test
  void of_startsThatWentOnWithoutAComponent_namesIt() {
    Finding found =
        only(new Profile().with(4, run().degraded("cache: connection refused")).with(6, run()));
    assertEquals("degraded", found.id());
    says("4 of 10 starts went on without `cache`: connection refused", found);
  }

  @Test
  void of_slowImportInAProgram_namesItAndTheFrameworksShare() {
    Finding found =
        of(new Profile()
                .family(Family.PYTHON)
                .inside(
                    imports(
                        Family.PYTHON,
                        3_020,
                        share("torch", 1_900, 2_310),
                        share("numpy", 110, 110),
                        share("livekit.agents", 400, 500)))
                .with(5, run().times(40, 3_000, 3_100).cpu(3_000)))
            .getFirst();
    assertEquals("import-on-critical-path", found.id());
    assertEquals(Severity.WARN, found.severity());
    says(
        "`torch` is imported on the critical path: 2.31 s of 3.02 s of imports (LiveKit's framework:"
            + " 0.40 s)",
        found);
    assertEquals(nanos(2_310), found.costNanos());
  }

  @Test
  void of_slowImportInAForkedApp_isTheHostsAndOnlyInformation() {
    Finding found =
        only(
            new Profile()
                .family(Family.PYTHON)
                .app(3_500, 3_400, true, "")
                .inside(imports(Family.PYTHON, 3_020, share("torch", 1_900, 2_310)))
                .with(5, run()));
    assertEquals("import-on-critical-path", found.id());
    assertEquals(Severity.INFO, found.severity());
    says("once for each worker", found);
    assertEquals(0, found.costNanos());
  }

  @Test
  void of_importThatSleeps_isToldByTheImportAlone() {
    Finding found =
        only(
            new Profile()
                .family(Family.PYTHON)
                .inside(imports(Family.PYTHON, 1_050, share("slow_sdk", 1_000, 1_000)))
                .with(5, run().times(30, 1_060, 1_070).cpu(60)));
    assertEquals("import-on-critical-path", found.id());
    says("of which only 60 ms is CPU time", found);
  }

  @Test
  void of_appWhoseImportWaits_saysForHowLong() {
    Finding found =
        only(new Profile().family(Family.PYTHON).app(3_500, 1_200, true, "").with(5, run()));
    assertEquals("app-load-waits", found.id());
    assertEquals(Severity.WARN, found.severity());
    says("3.50 s until the host has loaded it, with 1.20 s of CPU time", found);
  }

  @Test
  void of_frameworkThatIsMostOfTheImports_isNamedApart() {
    Profile node =
        new Profile()
            .family(Family.NODE)
            .app(1_200, 1_100, false, "")
            .inside(imports(Family.NODE, 900, share("livekit/agents", 700, 900)))
            .with(5, run().times(40, 50, 1_000).critical("framework", 50, 950).cpu(950));
    Finding found = only(node);
    assertEquals("framework-import", found.id());
    says("0.70 s of 0.90 s of imports, paid by each process", found);
  }

  @Test
  void of_pythonAppThatIsNotForked_saysWhatEachProcessPays() {
    Finding found =
        of(new Profile()
                .family(Family.PYTHON)
                .app(2_000, 1_900, false, "the app's import started a thread (ticker)")
                .with(
                    5,
                    run()
                        .times(40, 50, 1_850)
                        .critical("framework", 50, 1_400)
                        .critical("app", 1_400, 1_800)
                        .critical("prewarm", 1_800, 1_850)
                        .cpu(1_700)))
            .getFirst();
    assertEquals("thread-at-import", found.id());
    says("(ticker)", found);
    says("1.80 s of 1.85 s until ready, and 1.70 s of CPU time", found);
  }

  @Test
  void of_componentThatWaits_isNamedOnce() {
    Profile waits =
        new Profile().with(5, run().times(40, 50, 1_100).critical("prewarm", 50, 1_090).cpu(50));
    Finding found = only(waits);
    assertEquals("blocking-wait", found.id());
    says(
        "`prewarm` (1.04 s) waits for something: 1.10 s until ready, with 50 ms of CPU time",
        found);
    assertEquals(nanos(1_050), found.costNanos());
  }

  @Test
  void of_componentThatWaitsByTheClock_isFoundOnABusyMachine() {
    Profile.Run first =
        run().times(40, 50, 5_450).critical("model", 50, 3_400).critical("prewarm", 3_400, 5_400);
    Profile.Run second =
        run().times(40, 50, 7_000).critical("model", 50, 4_960).critical("prewarm", 4_960, 6_970);
    List<Finding> all =
        of(
            new Profile()
                .with(1, first.cpu(1_170).cpuWait(6_450))
                .with(1, second.cpu(1_170).cpuWait(8_600)));
    Finding found =
        all.stream().filter(each -> each.id().equals("blocking-wait")).findFirst().orElseThrow();
    says("`prewarm` (2.00 s) waits", found);
    assertEquals(nanos(830), found.costNanos());
  }

  @Test
  void of_startThatStandsInLineForACpu_doesNotWait() {
    assertEquals(
        List.of("component-on-critical-path"),
        ids(
            new Profile()
                .with(
                    3,
                    run().times(40, 50, 1_100).critical("model", 50, 1_090).cpu(500).cpuWait(550))
                .with(
                    2,
                    run()
                        .times(40, 50, 1_400)
                        .critical("model", 50, 1_390)
                        .cpu(500)
                        .cpuWait(850))));
    assertEquals(
        List.of("component-on-critical-path"),
        ids(
            new Profile()
                .limits(new Limits(0.25, 0))
                .with(5, run().times(40, 50, 2_100).critical("model", 50, 2_090).cpu(520))));
  }

  @Test
  void of_waitBeforeTheHello_orInNoComponent_saysWhere() {
    says(
        "the program, before its hello (1.03 s), waits",
        only(new Profile().with(5, run().times(20, 1_050, 1_060).cpu(50))));
    says(
        "the start, in no component that it tells of (1.01 s), waits",
        only(new Profile().with(5, run().times(20, 50, 1_060).cpu(50))));
  }

  @Test
  void of_componentLoadedTwice_costsTheSecondTime() {
    Finding found =
        of(new Profile()
                .with(
                    5,
                    run()
                        .times(40, 50, 700)
                        .critical("model", 50, 350)
                        .critical("model", 350, 640)
                        .cpu(690)))
            .getFirst();
    assertEquals("component-loaded-twice", found.id());
    says("`model` is loaded 2 times in one start: 0.29 s", found);
    assertEquals(nanos(290), found.costNanos());
  }

  @Test
  void of_longComponent_saysWhatOptionalAndParallelWouldSave() {
    Finding found =
        of(new Profile()
                .with(
                    5,
                    run()
                        .times(40, 50, 1_550)
                        .critical("model", 50, 1_050)
                        .critical("voice", 1_050, 1_550)
                        .cpu(1_500)))
            .getFirst();
    assertEquals("component-on-critical-path", found.id());
    assertEquals(Severity.WARN, found.severity());
    says("`model`: 1.00 s of 1.55 s; without it ready would come 1.00 s earlier", found);
    says("with it beside the others 0.50 s earlier", found);
  }

  @Test
  void of_frameworksOwnComponents_areNoAdviceToTheApp() {
    assertEquals(
        List.of(),
        ids(
            new Profile()
                .family(Family.NODE)
                .app(1_200, 1_100, false, "")
                .with(5, run().times(40, 50, 1_000).critical("framework", 50, 990).cpu(950))));
  }

  @Test
  void of_largeProcess_saysWhatIdleOnesTake() {
    Finding found = only(new Profile().with(5, run().pss(520)));
    assertEquals("memory", found.id());
    says("520 MB of memory at ready (PSS), before any call; 4 idle processes take 2.1 GB", found);
  }

  @Test
  void of_largeForkedProcess_isNotMultiplied() {
    Finding found =
        only(
            new Profile()
                .family(Family.PYTHON)
                .app(2_000, 1_900, true, "")
                .with(5, run().pss(520)));
    says(
        "520 MB of memory at ready (PSS: a half of what it shares with its host, and all of its own)",
        found);
  }

  @Test
  void of_manyAtOnceWithoutACpu_areStarved() {
    Finding found =
        of(new Profile()
                .with(5, run().times(40, 50, 300).critical("a", 50, 300).cpu(250))
                .with(
                    8,
                    run()
                        .concurrency(2)
                        .times(40, 50, 320)
                        .critical("a", 50, 320)
                        .cpu(250)
                        .cpuWait(20))
                .with(
                    8,
                    run()
                        .concurrency(8)
                        .times(40, 50, 1_200)
                        .critical("a", 50, 1_200)
                        .cpu(260)
                        .cpuWait(900)))
            .getFirst();
    assertEquals("starved-at-once", found.id());
    says("8 at once: 1.20 s until ready instead of 0.30 s", found);
    assertTrue(found.remedy().contains("--max-initializing 2"), found.remedy());
  }

  @Test
  void of_timeoutWithoutMargin_namesOneThatHasIt() {
    Finding found =
        of(
                new Profile()
                    .initTimeout(2_000)
                    .with(5, run().times(40, 50, 1_200).critical("a", 50, 1_200).cpu(1_190)))
            .stream()
            .filter(each -> each.id().equals("timeout-margin"))
            .findFirst()
            .orElseThrow();
    says("p99 until ready is 1.20 s, more than half of the init timeout of 2.00 s", found);
    assertTrue(found.remedy().contains("--init-timeout 15s"), found.remedy());
  }

  @Test
  void of_firstStartFromStorage_saysHowMuchWasRead() {
    Finding found =
        only(
            new Profile()
                .with(1, run().part(Part.FIRST).times(400, 500, 3_000).disk(120).cpu(200))
                .with(10, run()));
    assertEquals("first-start-slow", found.id());
    says("120 MB more came from storage, with 1200 major faults", found);
  }

  @Test
  void of_coldStart_isToldUnlessTheFirstOneWas() {
    assertEquals(
        "cold-start-slow",
        only(new Profile()
                .with(1, run().part(Part.FIRST))
                .with(2, run().part(Part.COLD).times(40, 50, 900).disk(50))
                .with(10, run()))
            .id());
  }

  @Test
  void of_pingsThatWait_saysForHowLong() {
    Finding found = only(new Profile().family(Family.NODE).with(5, run().silence(1_200)));
    assertEquals("pings-unanswered", found.id());
    says("1.20 s for its answer: the event loop is blocked", found);
  }

  @Test
  void of_timeThatNobodyExplains_isSaid() {
    Finding found =
        only(new Profile().with(5, run().times(40, 50, 600).critical("a", 50, 100).cpu(580)));
    assertEquals("unexplained-time", found.id());
    says("0.50 s of 0.60 s until ready belong to no component", found);
    assertEquals(
        List.of("late-hello"), ids(new Profile().with(5, run().times(-1, 590, 600).cpu(580))));
  }

  @Test
  void of_jvmWithoutACache_orWithAStaleOne_countsClasses() {
    Inside.Source jar = new Inside.Source("agent.jar", 900);
    Finding missing =
        only(
            new Profile()
                .family(Family.JAVA)
                .inside(new Inside.Jvm(2_000, 700, List.of(jar), false, "none is named", 0, 0))
                .with(5, run()));
    assertEquals("aot-cache-missing", missing.id());
    says("1300 of 2000 classes came from no cache, most of all from agent.jar (900)", missing);
    Finding stale =
        only(
            new Profile()
                .family(Family.JAVA)
                .inside(new Inside.Jvm(2_000, 700, List.of(jar), true, "a.aot", 0, 0))
                .with(5, run()));
    assertEquals("aot-cache-stale", stale.id());
    assertEquals(
        List.of(),
        of(
            new Profile()
                .family(Family.JAVA)
                .inside(new Inside.Jvm(2_000, 1_900, List.of(jar), true, "a.aot", 1, 500_000))
                .with(5, run())));
  }

  @Test
  void of_collectionsDuringTheInit_saysForHowLongTheyStopIt() {
    Finding found =
        only(
            new Profile()
                .family(Family.JAVA)
                .inside(new Inside.Jvm(500, 490, List.of(), true, "a.aot", 3, nanos(80)))
                .with(5, run()));
    assertEquals("gc-during-init", found.id());
    says("3 garbage collections stop the start for 80 ms of 0.10 s", found);
  }

  @Test
  void of_severalFindings_theWorstAndDearestComesFirst() {
    List<Finding> all =
        of(
            new Profile()
                .with(
                    5,
                    run()
                        .times(40, 50, 1_700)
                        .critical("prewarm", 50, 1_100)
                        .critical("model", 1_100, 1_400)
                        .critical("model", 1_400, 1_700)
                        .cpu(700)
                        .pss(400))
                .with(1, run().failed(StopReason.CRASHED, "", new ExitStatus.Exited(1))));
    assertEquals(
        List.of("starts-fail", "blocking-wait", "component-loaded-twice", "memory"),
        all.stream().map(Finding::id).toList());
  }

  @Test
  void of_noStartsAtAll_findsNothing() {
    assertEquals(List.of(), of(new Profile()));
  }
}
