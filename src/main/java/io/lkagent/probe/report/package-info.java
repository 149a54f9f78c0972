/**
 * The verdict on a probe and everything that shows it: text, JSON, JUnit XML, CSV, HTML. Start from
 * {@link io.lkagent.probe.report.Judge}; each output is a pure function of a {@link
 * io.lkagent.probe.ProbeReport}.
 */
@NullMarked
package io.lkagent.probe.report;

import org.jspecify.annotations.NullMarked;
