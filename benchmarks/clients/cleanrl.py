# /// script
# dependencies = ["gymnasium==1.4.0", "torch==2.13.0"]
# [tool.client]
# name = "CleanRL"
# version = "the loop of its ppo.py, which is a file to copy and no package"
# recipe = "`FlattenObservation` around the environment; returns from `infos[\"episode\"]`"
# ///
"""PPO in a single file, as its ppo.py writes it; the network is then measured as a callable."""

import gymnasium as gym
import numpy as np
import torch
from torch import nn
from torch.distributions import Categorical

import goalgap

STEPS, GAMES, GAMMA, LAMBDA = 64, 32, 0.99, 0.95
envs = gym.make_vec("goalgap/CheeseCorner-v0", num_envs=GAMES)
envs = gym.wrappers.vector.RecordEpisodeStatistics(gym.wrappers.vector.FlattenObservation(envs))
inputs, actions = envs.single_observation_space.shape[0], envs.single_action_space.n
actor = nn.Sequential(nn.Linear(inputs, 64), nn.Tanh(), nn.Linear(64, actions))
critic = nn.Sequential(nn.Linear(inputs, 64), nn.Tanh(), nn.Linear(64, 1))
optimizer = torch.optim.Adam([*actor.parameters(), *critic.parameters()], lr=2.5e-4, eps=1e-5)


def tensor(array):
    return torch.as_tensor(array, dtype=torch.float32)


obs, done = tensor(envs.reset(seed=0)[0]), torch.zeros(GAMES)
for _ in range(4):
    played = []
    for _ in range(STEPS):
        with torch.no_grad():
            chances = Categorical(logits=actor(obs))
            action = chances.sample()
            before = obs, action, chances.log_prob(action), critic(obs).squeeze(1), done
        after, reward, terminated, truncated, infos = envs.step(action.numpy())
        played.append((*before, tensor(reward)))
        obs, done = tensor(after), tensor(terminated | truncated)
    seen, acted, logged, values, dones, rewards = map(torch.stack, zip(*played, strict=True))
    advantages, last, following = torch.zeros(STEPS, GAMES), 0.0, critic(obs).squeeze(1).detach()
    for t in reversed(range(STEPS)):
        going = 1.0 - (done if t == STEPS - 1 else dones[t + 1])
        delta = rewards[t] + GAMMA * following * going - values[t]
        advantages[t] = last = delta + GAMMA * LAMBDA * going * last
        following = values[t]
    returns = (advantages + values).flatten()
    seen, acted, logged, gains = (part.flatten(0, 1) for part in (seen, acted, logged, advantages))
    for _ in range(4):
        for rows in torch.randperm(len(gains)).split(512):
            chances = Categorical(logits=actor(seen[rows]))
            ratio = (chances.log_prob(acted[rows]) - logged[rows]).exp()
            gain = (gains[rows] - gains[rows].mean()) / (gains[rows].std() + 1e-8)
            surrogate = torch.min(ratio * gain, ratio.clamp(0.8, 1.2) * gain).mean()
            error = (critic(seen[rows]).squeeze(1) - returns[rows]).square().mean()
            loss = 0.5 * error - surrogate - 0.01 * chances.entropy().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    print("return", np.mean(envs.return_queue))


class Agent:
    name = "CleanRL's PPO"

    def __call__(self, obs, state, episode_start):
        with torch.no_grad():
            return Categorical(logits=actor(tensor(obs).flatten(1))).sample().numpy(), state


print(goalgap.Report.of(goalgap.evaluate("CheeseCorner", Agent(), levels=50)).verdict.headline)
