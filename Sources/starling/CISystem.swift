/// CI systems for which `starling init` writes a file; the same as in `deploy/ci`.
enum CISystem: String, CaseIterable {
    case github
    case gitlab
    case jenkins

    /// Where the system looks for it.
    var path: String {
        switch self {
        case .github: ".github/workflows/calls.yml"
        case .gitlab: ".gitlab-ci.yml"
        case .jenkins: "Jenkinsfile"
        }
    }

    var text: String {
        switch self {
        case .github: Self.gitHubActions
        case .gitlab: Self.gitLab
        case .jenkins: Self.jenkinsfile
        }
    }

    private static let gitHubActions = #"""
        # Calls as tests. Goes to .github/workflows/calls.yml.
        name: calls
        on:
          pull_request:
          push: { branches: [main] }

        jobs:
          calls:
            runs-on: ubuntu-latest
            container: swift:6.3-bookworm           # what Starling is built with
            timeout-minutes: 40
            strategy:
              fail-fast: false                      # the other shards tell something, too
              matrix: { shard: [1, 2] }             # as many machines as are worth their while; the scenarios are shared among them
            env:
              # The server under test. Leave it out to call through the embedded server.
              STARLING_TARGET: ${{ vars.STARLING_TARGET }}
            steps:
              - uses: actions/checkout@v4           # your repository, with calls/*.yaml

              - uses: actions/checkout@v4           # Starling, at a commit of your choice
                with: { repository: OWNER/starling, ref: main, path: starling }

              - id: starling
                run: echo "commit=$(git -c safe.directory='*' -C starling rev-parse HEAD)" >> "$GITHUB_OUTPUT"

              - uses: actions/cache@v4              # the build takes minutes once, and seconds from then on
                with:
                  path: starling/.build
                  key: starling-${{ runner.os }}-${{ steps.starling.outputs.commit }}

              - run: apt-get update && apt-get install -y make
              - run: make -C starling build

              # The job's exit code is Starling's: 0 pass, 1 an assertion failed, 2 a scenario is wrong, 3 the run proves nothing,
              # 4 the target could not be reached. The step's summary and annotations at the scenarios' lines come by themselves.
              - run: starling/.build/release/starling run calls --tag ci --shard ${{ matrix.shard }}/2 --out results

              - uses: actions/upload-artifact@v4    # index.html leads to a report for each scenario
                if: always()
                with: { name: "calls-${{ matrix.shard }}", path: results, if-no-files-found: warn }

        """#

    private static let gitLab = #"""
        # Calls as tests. Goes to .gitlab-ci.yml, or is included from it.
        calls:
          image: swift:6.3-bookworm               # what Starling is built with
          timeout: 40m
          parallel: 2                             # as many machines as are worth their while; the scenarios are shared among them
          variables:
            STARLING_REPOSITORY: https://example.com/OWNER/starling.git
            STARLING_REF: main                    # better a commit
            # STARLING_TARGET: ws://meet.example.com/ws   # the server under test; without it the embedded one is called
          cache:                                  # the build takes minutes once, and seconds from then on
            key: "starling-$STARLING_REF"
            paths: [starling/.build]
          before_script:
            - apt-get update && apt-get install -y git make
            # The cache may have made the folder already.
            - mkdir -p starling && git -C starling init --quiet
            - git -C starling fetch --quiet --depth 1 "$STARLING_REPOSITORY" "$STARLING_REF"
            - git -C starling checkout --quiet --force FETCH_HEAD
            - make -C starling build
          script:
            # The job's exit code is Starling's: 0 pass, 1 an assertion failed, 2 a scenario is wrong, 3 the run proves nothing,
            # 4 the target could not be reached.
            - starling/.build/release/starling run calls --tag ci --shard "$CI_NODE_INDEX/$CI_NODE_TOTAL" --out results
          retry:
            max: 1
            exit_codes: [3]                       # a machine that was too busy deserves a second chance; a failed assertion does not
          artifacts:
            when: always
            expire_in: 2 weeks
            paths: [results]                      # index.html leads to a report for each scenario
            reports: { junit: results/junit.xml }

        """#

    private static let jenkinsfile = #"""
        // Calls as tests. Needs the JUnit plugin; Docker for the image, or an agent with Swift 6.3, git and make.
        pipeline {
            agent { docker { image 'swift:6.3-bookworm'; args '-u root' } }
            options { timeout(time: 40, unit: 'MINUTES') }
            environment {
                STARLING_REPOSITORY = 'https://example.com/OWNER/starling.git'
                STARLING_REF = 'main' // better a commit
                // STARLING_TARGET = 'ws://meet.example.com/ws' // the server under test; without it the embedded one is called
            }
            stages {
                stage('Build Starling') {
                    steps {
                        // The workspace keeps starling/.build: minutes once, seconds from then on.
                        sh '''
                            apt-get update && apt-get install -y git make
                            mkdir -p starling && git -C starling init --quiet
                            git -C starling fetch --quiet --depth 1 "$STARLING_REPOSITORY" "$STARLING_REF"
                            git -C starling checkout --quiet --force FETCH_HEAD
                            make -C starling build
                        '''
                    }
                }
                stage('Calls') {
                    steps {
                        sh 'rm -rf results'
                        script {
                            int code = sh(returnStatus: true, script: 'starling/.build/release/starling run calls --tag ci --out results')
                            // 1: an assertion failed, which the JUnit report turns into an unstable build.
                            // 2: a scenario is wrong. 3: the run proves nothing. 4: the target could not be reached.
                            if (code == 1) { unstable('an assertion failed') }
                            if (code > 1) { error("starling ended with exit code ${code}") }
                        }
                    }
                }
            }
            post {
                always {
                    junit testResults: 'results/junit.xml', allowEmptyResults: true
                    archiveArtifacts artifacts: 'results/**', allowEmptyArchive: true // index.html leads to a report for each scenario
                }
            }
        }

        """#
}
