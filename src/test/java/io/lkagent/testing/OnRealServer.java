package io.lkagent.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;

/** The mark of a class of tests against the real livekit-server: alone, and tried again. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(TriedAgain.class)
@Tag("livekit")
@Isolated("a dispatch that is answered late is lost, on the real server")
public @interface OnRealServer {}
