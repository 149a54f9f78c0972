package io.lkagent.probe.inside;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.probe.Inside;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JvmLogTest {
  private static final String WITHOUT = "none is installed";

  @Test
  void parse_cacheInUse_isNamed() {
    Inside.Jvm jvm = jvm("jvm-25-cache.log");

    assertTrue(jvm.cacheUsed());
    assertEquals("/opt/lkagent/cache/job-7db33aa5.aot", jvm.cache());
    assertEquals(4, jvm.classes());
    assertEquals(4, jvm.fromCache());
    assertEquals(List.of(new Inside.Source("the ahead-of-time cache", 4)), jvm.sources());
  }

  @ParameterizedTest
  @CsvSource({
    "jvm-25-damaged.log, 'dam.aot: The AOT cache has been truncated.'",
    "jvm-25-gone.log, 'nix.aot: the file is not there'",
    "jvm-25-refused.log, '/opt/lkagent/cache/job-7db33aa5.aot: Unable to use AOT cache. The saved"
        + " state of UseCompressedOops and UseCompressedClassPointers is different from runtime,"
        + " CDS will be disabled.'"
  })
  void parse_cacheNotTaken_saysWhy(String file, String why) {
    Inside.Jvm jvm = jvm(file);

    assertFalse(jvm.cacheUsed());
    assertEquals("the JVM did not take " + why, jvm.cache());
    assertEquals(0, jvm.fromCache());
    assertEquals(
        List.of(
            new Inside.Source("the JDK's module java.base", 3),
            new Inside.Source("lkagent.jar", 2)),
        jvm.sources());
  }

  @Test
  void parse_collections_areCountedWithTheirPauses() {
    Inside.Jvm jvm = jvm("jvm-25-gc.log");

    assertEquals(3, jvm.collections());
    assertEquals(152_625_000, jvm.pauseNanos());
    assertFalse(jvm.cacheUsed());
    assertEquals(WITHOUT, jvm.cache());
    assertTrue(jvm.sources().contains(new Inside.Source("the JDK's own archive", 3)));
    assertTrue(jvm.sources().contains(new Inside.Source("made at run time", 2)));
  }

  @Test
  void parse_nothing_isUnknown() {
    assertInstanceOf(Inside.Unknown.class, JvmLog.parse(List.of("Picked up"), WITHOUT));
  }

  private static Inside.Jvm jvm(String file) {
    return assertInstanceOf(Inside.Jvm.class, JvmLog.parse(Recorded.lines(file), WITHOUT));
  }
}
