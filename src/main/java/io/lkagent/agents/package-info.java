/**
 * How each kind of agent becomes a process: the built-in one, a Java class written against the SDK,
 * any program that speaks the job protocol. Start from {@link io.lkagent.agents.AgentSource}.
 */
@NullMarked
package io.lkagent.agents;

import org.jspecify.annotations.NullMarked;
