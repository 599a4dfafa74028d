# /// script
# dependencies = ["torchrl==0.14.1", "torch==2.13.0"]
# [tool.client]
# name = "TorchRL"
# recipe = "many games by `SerialEnv` or `ParallelEnv`: `GymEnv(num_envs=...)` takes no infos that hold dicts"
# ///
"""`GymEnv` passes TorchRL's check; PPO on what a collector plays in four games; the policy is measured."""

import torch
from tensordict import TensorDict
from tensordict.nn import TensorDictModule
from torch import nn
from torch.distributions import OneHotCategorical
from torchrl.collectors import Collector
from torchrl.envs import Compose, DTypeCastTransform, FlattenObservation, GymEnv, SerialEnv, TransformedEnv
from torchrl.envs.utils import check_env_specs
from torchrl.modules import ProbabilisticActor, ValueOperator
from torchrl.objectives import ClipPPOLoss
from torchrl.objectives.value import GAE

import goalgap


def game():
    return GymEnv("goalgap:goalgap/CheeseCorner-v0", size=9)


check_env_specs(game())
grids = FlattenObservation(-3, -1, in_keys=["observation"])
seen = Compose(grids, DTypeCastTransform(torch.uint8, torch.float32, in_keys=["observation"]))
games = TransformedEnv(SerialEnv(4, game), seen)
games.set_seed(0)
actor = TensorDictModule(nn.LazyLinear(4), in_keys=["observation"], out_keys=["logits"])
policy = ProbabilisticActor(
    actor, in_keys=["logits"], spec=games.action_spec, distribution_class=OneHotCategorical, return_log_prob=True
)
value = ValueOperator(nn.LazyLinear(1), in_keys=["observation"])
policy(games.reset()), value(games.reset())
advantage, loss = GAE(gamma=0.99, lmbda=0.95, value_network=value), ClipPPOLoss(policy, value)
optimizer = torch.optim.Adam(loss.parameters(), lr=1e-3)
for played in Collector(games, policy, frames_per_batch=512, total_frames=2048):
    advantage(played)
    for _ in range(4):
        told = loss(played.flatten())
        optimizer.zero_grad()
        (told["loss_objective"] + told["loss_critic"] + told["loss_entropy"]).backward()
        optimizer.step()
    print("reward a step", played["next", "reward"].mean().item())


class Agent:
    name = "TorchRL's PPO"

    def __call__(self, obs, state, episode_start):
        seen = TensorDict(observation=torch.as_tensor(obs, dtype=torch.float32).flatten(1), batch_size=len(obs))
        with torch.no_grad():
            return policy(seen)["action"].int().argmax(1).numpy(), state


episodes = goalgap.evaluate(goalgap.task("CheeseCorner", size=9), Agent(), levels=20)
print(goalgap.Report.of(episodes).verdict.headline)
