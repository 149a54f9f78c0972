package io.lkagent.api;

/** An agent that a new room is to get. */
public record AgentRequest(String agentName, String metadata) {}
