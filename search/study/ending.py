"""How a process ends its part in a study."""

from enum import Enum, auto


class Ending(Enum):
    """What a process still does for a study that it stops running.

    ===============  =============================================  ===================================================
    ending           when                                           what is still done
    ===============  =============================================  ===================================================
    NOTHING_RAN      all trials had finished and the study had      nothing
                     been ended before
    OTHERS_CONTINUE  other coordinators still run the study, or     nothing: the last of them ends the study
                     one of them has ended it
    INTERRUPTED      Ctrl-C or an error, and no other coordinator   MLflow's run of the study is ended as interrupted
                     runs the study
    COMPLETE         the search is over, and no other coordinator   the champion is registered, plots are drawn, and
                     runs the study or has ended it                 MLflow's run is ended as complete
    ===============  =============================================  ===================================================
    """

    NOTHING_RAN = auto()
    OTHERS_CONTINUE = auto()
    INTERRUPTED = auto()
    COMPLETE = auto()
