package io.lkagent.api;

/** An agent that a room is to have from its creation on. */
public record AgentRequest(String agentName, String metadata) {}
