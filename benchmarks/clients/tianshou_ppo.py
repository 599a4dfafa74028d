# /// script
# dependencies = ["tianshou==2.0.1"]
# [tool.client]
# name = "Tianshou"
# ///
"""PPO by its high-level interface, on environments in processes."""

from tianshou.highlevel.config import OnPolicyTrainingConfig
from tianshou.highlevel.env import EnvFactoryRegistered, VectorEnvType
from tianshou.highlevel.experiment import ExperimentConfig, PPOExperimentBuilder

import goalgap

if __name__ == "__main__":
    games = EnvFactoryRegistered(task="goalgap:goalgap/CheeseCorner-v0", venv_type=VectorEnvType.SUBPROC, size=9)
    config = OnPolicyTrainingConfig(
        max_epochs=1,
        epoch_num_steps=1024,
        batch_size=128,
        num_training_envs=2,
        num_test_envs=2,
        collection_step_num_env_steps=512,
        buffer_size=1024,
        test_step_num_episodes=4,
    )
    experiment = PPOExperimentBuilder(games, ExperimentConfig(), config).with_actor_factory_default((32,))
    result = experiment.with_critic_factory_default((32,)).build().run()
    print(result.trainer_result)
