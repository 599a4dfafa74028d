# /// script
# dependencies = ["tianshou==2.0.1"]
# [tool.client]
# name = "Tianshou"
# recipe = "its low-level interface; the high-level one imports `joblib` and `rliable`, which its extra `eval` holds"
# ///
"""PPO on environments in processes."""

import gymnasium as gym
from tianshou.algorithm import PPO
from tianshou.algorithm.modelfree.reinforce import DiscreteActorPolicy
from tianshou.algorithm.optim import AdamOptimizerFactory
from tianshou.data import Collector, VectorReplayBuffer
from tianshou.env import SubprocVectorEnv
from tianshou.trainer import OnPolicyTrainerParams
from tianshou.utils.net.common import Net
from tianshou.utils.net.discrete import DiscreteActor, DiscreteCritic


def game():
    return gym.make("goalgap:goalgap/CheeseCorner-v0", size=9)


if __name__ == "__main__":
    actions, shape = game().action_space, game().observation_space.shape
    trunk = Net(state_shape=shape, hidden_sizes=(32,))
    actor = DiscreteActor(preprocess_net=trunk, action_shape=actions.n, softmax_output=False)
    policy = DiscreteActorPolicy(actor=actor, action_space=actions)
    algorithm = PPO(policy=policy, critic=DiscreteCritic(preprocess_net=trunk), optim=AdamOptimizerFactory(lr=1e-3))
    games = SubprocVectorEnv([game] * 4)
    collector = Collector(algorithm, games, VectorReplayBuffer(2048, 4))
    tested = Collector(algorithm, SubprocVectorEnv([game] * 2))
    told = algorithm.run_training(
        OnPolicyTrainerParams(
            training_collector=collector, test_collector=tested, max_epochs=1, epoch_num_steps=1024,
            collection_step_num_env_steps=512, test_step_num_episodes=4,
        )
    )  # fmt: skip
    print("best return", told.best_reward)
